using System.Numerics;
using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>Answers "which rows may be shown" as a bitmap: one prepared bitmap per market and one for explicit tracks, rows grouped by licensor.</summary>
/// <remarks>Built when a catalogue is opened; immutable and thread-safe.</remarks>
public sealed class RowFilterIndex
{
    /// <summary>Market argument of <see cref="Fill"/> that asks for no market.</summary>
    public const int AnyMarket = -1;

    private readonly int _rows;
    private readonly int[] _marketOfCode = new int[MarketCode.Count];
    private readonly ulong[][] _markets; // [markets + 1][words]; the last one, tracks available everywhere, serves every other market
    private readonly ulong[] _explicit;
    private readonly LicensorRows _licensors;

    internal RowFilterIndex(TrackAttributes attributes)
    {
        _rows = attributes.Licensors.Length;
        Words = (int)(((long)_rows + 63) / 64);
        Array.Fill(_marketOfCode, attributes.Markets.Count);
        for (int market = 0; market < attributes.Markets.Count; market++)
            _marketOfCode[MarketCode.Parse(System.Text.Encoding.ASCII.GetBytes(attributes.Markets[market]))] = market;
        _markets = MarketBitmaps.Build(attributes.MarketMasks, attributes.Markets.Count, Words);
        _explicit = new ulong[Words];
        ReadOnlySpan<byte> flags = attributes.Flags;
        for (int row = 0; row < flags.Length; row++) _explicit[row >> 6] |= (ulong)(flags[row] & TrackColumns.ExplicitFlag) << (row & 63);
        _licensors = new LicensorRows(attributes.Licensors, Words);
    }

    /// <summary>64-bit words of a filter, ⌈rows/64⌉.</summary>
    public int Words { get; }

    /// <summary>
    /// The index of a market for <see cref="Fill"/>. A market that no track of the catalogue names has the index after the last:
    /// only tracks available everywhere are available there.
    /// </summary>
    /// <param name="iso2">ISO 3166-1 alpha-2 code; check it with <see cref="IsMarketCode"/> where it comes from outside</param>
    public int MarketIndex(ReadOnlySpan<byte> iso2)
    {
        int code = MarketCode.Parse(iso2);
        return code < 0 ? _markets.Length - 1 : _marketOfCode[code];
    }

    /// <summary>Whether the bytes are two capital letters.</summary>
    /// <param name="iso2">any bytes</param>
    public static bool IsMarketCode(ReadOnlySpan<byte> iso2) => MarketCode.Parse(iso2) >= 0;

    /// <summary>Writes the filter: bit r = row r may be shown; bits beyond the last row are zero.</summary>
    /// <param name="marketIndex">from <see cref="MarketIndex"/>, or <see cref="AnyMarket"/></param>
    /// <param name="allowExplicit">false leaves explicit tracks out</param>
    /// <param name="deniedLicensors">any number, in any order; unknown ones are ignored, 0 denies the tracks without licensor</param>
    /// <param name="allowed">[Words], overwritten</param>
    /// <exception cref="ArgumentException">allowed has another length, or the market index is none.</exception>
    public void Fill(int marketIndex, bool allowExplicit, ReadOnlySpan<uint> deniedLicensors, Span<ulong> allowed)
    {
        if (allowed.Length != Words) throw new ArgumentException($"must have {Words} words, has {allowed.Length}", nameof(allowed));
        if (marketIndex < AnyMarket || marketIndex >= _markets.Length)
            throw new ArgumentOutOfRangeException(nameof(marketIndex), marketIndex, $"must be −1 to {_markets.Length - 1}");
        if (marketIndex == AnyMarket)
        {
            allowed.Fill(ulong.MaxValue);
            if ((_rows & 63) != 0) allowed[^1] = (1UL << (_rows & 63)) - 1;
        }
        else
        {
            _markets[marketIndex].CopyTo(allowed);
        }
        if (!allowExplicit) AndNot(allowed, _explicit);
        foreach (uint licensor in deniedLicensors) _licensors.Deny(licensor, allowed);
    }

    internal static void AndNot(Span<ulong> allowed, ReadOnlySpan<ulong> denied)
    {
        Span<Vector<ulong>> wide = MemoryMarshal.Cast<ulong, Vector<ulong>>(allowed);
        ReadOnlySpan<Vector<ulong>> wideDenied = MemoryMarshal.Cast<ulong, Vector<ulong>>(denied[..allowed.Length]);
        for (int i = 0; i < wide.Length; i++) wide[i] = Vector.AndNot(wide[i], wideDenied[i]);
        for (int i = wide.Length * Vector<ulong>.Count; i < allowed.Length; i++) allowed[i] &= ~denied[i];
    }
}
