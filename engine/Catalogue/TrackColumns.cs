using System.Text;

namespace Rubato;

/// <summary>The attributes of all tracks while a catalogue is being built: one column per attribute, at first all unknown.</summary>
public sealed class TrackColumns
{
    /// <summary>Different markets that one catalogue can name; bit 255 of a mask means everywhere.</summary>
    public const int MarketsMax = 255;

    /// <summary>64-bit words of a market mask.</summary>
    public const int MaskWords = 4;

    /// <summary>Release day of a track whose release day is unknown.</summary>
    public const int ReleaseDayUnknown = int.MinValue;

    internal const int EverywhereBit = 255;
    internal const byte ExplicitFlag = 1;
    private readonly uint[] _licensors;
    private readonly byte[] _flags;
    private readonly int[] _releaseDays;
    private readonly ulong[] _masks;
    private readonly List<int> _codes = []; // in the order of first use; the file wants them in alphabetical order
    private readonly int[] _indexOfCode = new int[MarketCode.Count];

    /// <param name="rows">tracks in the catalogue, 1 or more</param>
    public TrackColumns(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        Rows = rows;
        _licensors = new uint[rows];
        _flags = new byte[rows];
        _releaseDays = new int[rows];
        Array.Fill(_releaseDays, ReleaseDayUnknown);
        _masks = new ulong[checked(rows * MaskWords)];
        for (int row = 0; row < rows; row++) SetBit(row, EverywhereBit);
        Array.Fill(_indexOfCode, -1);
    }

    /// <summary>Tracks in the catalogue.</summary>
    public int Rows { get; }

    /// <summary>[rows], 0 = none.</summary>
    public Span<uint> Licensors => _licensors;

    /// <summary>[rows], days since 1970-01-01, <see cref="ReleaseDayUnknown"/> where unknown.</summary>
    public Span<int> ReleaseDays => _releaseDays;

    internal ReadOnlySpan<byte> Flags => _flags;

    /// <summary>Marks a track as explicit, or not.</summary>
    /// <param name="row">0 to Rows − 1</param> <param name="value">whether the track is explicit</param>
    public void SetExplicit(int row, bool value) => _flags[row] = value ? ExplicitFlag : (byte)0;

    /// <summary>Makes a track available in the named markets only; none named: nowhere.</summary>
    /// <param name="row">0 to Rows − 1</param> <param name="markets">ISO 3166-1 alpha-2 codes in capital letters</param>
    /// <exception cref="ArgumentException">A code is not two capital letters, or the catalogue would name more than 255 markets.</exception>
    public void SetMarkets(int row, params ReadOnlySpan<string> markets)
    {
        ClearMarkets(row);
        foreach (string market in markets)
        {
            if (!TryAddMarket(row, Encoding.UTF8.GetBytes(market), out string problem)) throw new ArgumentException(problem, nameof(markets));
        }
    }

    internal void ClearMarkets(int row) => _masks.AsSpan(row * MaskWords, MaskWords).Clear();

    internal bool TryAddMarket(int row, ReadOnlySpan<byte> iso2, out string problem)
    {
        problem = "";
        int code = MarketCode.Parse(iso2);
        if (code < 0)
        {
            problem = $"'{Encoding.UTF8.GetString(iso2[..Math.Min(iso2.Length, 20)])}' is not a market (expected an ISO 3166-1 alpha-2 code such as DE)";
            return false;
        }
        if (_indexOfCode[code] < 0)
        {
            if (_codes.Count == MarketsMax)
            {
                problem = $"the market {Encoding.ASCII.GetString(iso2)} is one too many (expected at most {MarketsMax} different ones)";
                return false;
            }
            _indexOfCode[code] = _codes.Count;
            _codes.Add(code);
        }
        SetBit(row, _indexOfCode[code]);
        return true;
    }

    /// <summary>The market table as the file holds it: two letters each, ascending.</summary>
    internal byte[] MarketTable()
    {
        byte[] table = new byte[_codes.Count * MarketCode.Bytes];
        int index = 0;
        foreach (int code in _codes.Order()) MarketCode.Format(code, table.AsSpan(MarketCode.Bytes * index++));
        return table;
    }

    /// <summary>The masks as the file holds them: bits in the order of <see cref="MarketTable"/>.</summary>
    internal ulong[] MarketMasks()
    {
        int[] sorted = [.. _codes.Order()];
        int[] target = [.. _codes.Select(code => Array.BinarySearch(sorted, code))];
        ulong[] masks = new ulong[_masks.Length];
        for (int word = 0; word < masks.Length; word++)
        {
            int firstRowWord = word / MaskWords * MaskWords;
            for (ulong bits = _masks[word]; bits != 0; bits &= bits - 1)
            {
                int bit = (word % MaskWords * 64) + System.Numerics.BitOperations.TrailingZeroCount(bits);
                int moved = bit == EverywhereBit ? bit : target[bit];
                masks[firstRowWord + (moved >> 6)] |= 1UL << (moved & 63);
            }
        }
        return masks;
    }

    private void SetBit(int row, int bit) => _masks[(row * MaskWords) + (bit >> 6)] |= 1UL << (bit & 63);
}
