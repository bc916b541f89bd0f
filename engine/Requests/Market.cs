using System.Text;

namespace Rubato;

/// <summary>An ISO 3166-1 alpha-2 country code, such as DE; the default value is "no market named".</summary>
/// <param name="First">first letter, A to Z in ASCII; 0 in the default value</param>
/// <param name="Second">second letter, likewise</param>
public readonly record struct Market(byte First, byte Second)
{
    /// <summary>Whether no market is named.</summary>
    public bool IsNone => First == 0 && Second == 0;

    /// <summary>Whether this is two letters A to Z.</summary>
    public bool IsCode => RowFilterIndex.IsMarketCode([First, Second]);

    /// <summary>Reads two letters A to Z; false for anything else.</summary>
    public static bool TryParse(string text, out Market market)
    {
        market = text.Length == 2 && Ascii.IsValid(text) ? new((byte)text[0], (byte)text[1]) : default;
        return market.IsCode;
    }

    /// <summary>Reads two letters A to Z.</summary>
    /// <exception cref="FormatException">text is anything else.</exception>
    public static Market Parse(string text) =>
        TryParse(text, out Market market) ? market : throw new FormatException($"market \"{text}\" is not two letters A to Z");

    /// <summary>The two letters, or "" where no market is named.</summary>
    public override string ToString() => IsNone ? "" : $"{(char)First}{(char)Second}";
}
