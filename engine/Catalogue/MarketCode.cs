namespace Rubato;

/// <summary>ISO 3166-1 alpha-2 codes: two capital letters, as a dense number for look-up tables.</summary>
internal static class MarketCode
{
    /// <summary>Bytes of one code.</summary>
    public const int Bytes = 2;

    /// <summary>Number of two-letter codes.</summary>
    public const int Count = 26 * 26;

    /// <summary>0 to Count − 1 in alphabetical order; −1 when it is not two capital letters.</summary>
    public static int Parse(ReadOnlySpan<byte> iso2)
        => iso2.Length == Bytes && char.IsAsciiLetterUpper((char)iso2[0]) && char.IsAsciiLetterUpper((char)iso2[1])
            ? ((iso2[0] - 'A') * 26) + (iso2[1] - 'A')
            : -1;

    public static void Format(int code, Span<byte> iso2)
    {
        iso2[0] = (byte)('A' + (code / 26));
        iso2[1] = (byte)('A' + (code % 26));
    }
}
