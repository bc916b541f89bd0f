namespace Rubato;

/// <summary>An ISO 3166-1 alpha-2 country code, such as DE; the default value is "no market named".</summary>
/// <param name="First">first letter, A to Z in ASCII; 0 in the default value</param>
/// <param name="Second">second letter, likewise</param>
public readonly record struct MarketCode(byte First, byte Second)
{
    /// <summary>Whether no market is named.</summary>
    public bool IsNone => First == 0 && Second == 0;

    /// <summary>Whether this is two letters A to Z.</summary>
    public bool IsCode => char.IsAsciiLetterUpper((char)First) && char.IsAsciiLetterUpper((char)Second);

    /// <summary>Reads two letters A to Z.</summary>
    /// <exception cref="FormatException">text is anything else.</exception>
    public static MarketCode Parse(string text)
    {
        if (text.Length == 2 && char.IsAsciiLetterUpper(text[0]) && char.IsAsciiLetterUpper(text[1]))
            return new((byte)text[0], (byte)text[1]);
        throw new FormatException($"market \"{text}\" is not two letters A to Z");
    }

    /// <summary>The two letters, or "" where no market is named.</summary>
    public override string ToString() => IsNone ? "" : $"{(char)First}{(char)Second}";
}
