namespace Rubato.Kernels.Selection;

/// <summary>A score and its row in one 64-bit number whose natural order is the order of results: higher score, then lower row.</summary>
/// <remarks>High half: the bits of the score, turned so that they order like the values; low half: the complement of the row.</remarks>
internal static class RankKey
{
    /// <summary>Below every row, even one that scores −∞: the end of a result with fewer rows than asked for.</summary>
    public static readonly ulong Empty = Of(float.NegativeInfinity, -1);

    /// <summary>The key of a score (not NaN, not −0) and a row.</summary>
    public static ulong Of(float score, int row) => (ulong)Ordered(score) << 32 | ~(uint)row;

    /// <summary>The row of a key.</summary>
    public static int Row(ulong key) => (int)~(uint)key;

    /// <summary>The score of a key.</summary>
    public static float Score(ulong key)
    {
        uint ordered = (uint)(key >> 32);
        return BitConverter.UInt32BitsToSingle((int)ordered < 0 ? ordered & 0x7FFF_FFFF : ~ordered);
    }

    private static uint Ordered(float score)
    {
        uint bits = BitConverter.SingleToUInt32Bits(score);
        return bits ^ ((uint)((int)bits >> 31) | 0x8000_0000); // negative: all bits flip; positive: the sign bit is set
    }
}
