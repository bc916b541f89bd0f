namespace Rubato;

/// <summary>Turns market masks per row into row bitmaps per market.</summary>
internal static class MarketBitmaps
{
    /// <summary>[markets + 1][words]: bit r of bitmap m = row r is available in market m; the last bitmap: available everywhere.</summary>
    /// <param name="masks">[rows, 4]</param> <param name="markets">0 to 255</param> <param name="words">⌈rows/64⌉</param>
    public static ulong[][] Build(ReadOnlySpan<ulong> masks, int markets, int words)
    {
        const int maskWords = TrackColumns.MaskWords;
        ulong[][] bitmaps = new ulong[markets + 1][];
        for (int market = 0; market < bitmaps.Length; market++) bitmaps[market] = new ulong[words];
        Span<ulong> block = stackalloc ulong[64];
        int rows = masks.Length / maskWords;
        for (int word = 0; word < words; word++)
        {
            int rowsHere = Math.Min(64, rows - (word * 64));
            for (int part = maskWords - 1; part >= 0; part--) // the last part first: it holds the bit for everywhere
            {
                ulong any = 0;
                block.Clear();
                for (int row = 0; row < rowsHere; row++) any |= block[row] = masks[(((word * 64) + row) * maskWords) + part];
                if (any != 0) Transpose(block);
                if (part == maskWords - 1) bitmaps[markets][word] = block[63];
                for (int market = part * 64; market < Math.Min(markets, (part + 1) * 64); market++)
                    bitmaps[market][word] = block[market & 63] | bitmaps[markets][word];
            }
        }
        return bitmaps;
    }

    /// <summary>Transposes a 64 × 64 bit matrix in place: six rounds swap the off-diagonal halves of ever smaller squares.</summary>
    private static void Transpose(Span<ulong> block)
    {
        ulong mask = 0x0000_0000_FFFF_FFFF;
        for (int half = 32; half != 0; half >>= 1, mask ^= mask << half)
        {
            for (int row = 0; row < 64; row = ((row | half) + 1) & ~half)
            {
                ulong swap = ((block[row] >> half) ^ block[row | half]) & mask;
                block[row] ^= swap << half;
                block[row | half] ^= swap;
            }
        }
    }
}
