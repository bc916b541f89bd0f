using System.Runtime.CompilerServices;

namespace Rubato;

/// <summary>An interpolated text that is put together only where a condition does not hold: checks of every record cost no allocation.</summary>
[InterpolatedStringHandler]
internal ref struct Contradiction
{
    private DefaultInterpolatedStringHandler _text;

    public Contradiction(int literalLength, int formattedCount, bool holds, out bool wanted)
    {
        wanted = !holds;
        _text = wanted ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
    }

    public void AppendLiteral(string text) => _text.AppendLiteral(text);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public string ToStringAndClear() => _text.ToStringAndClear();
}
