using ILGPU;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>A score and its row in one number whose natural order is the order of results: higher score, then lower row.</summary>
internal static class RankKeys
{
    /// <summary>Below the key of every row: score −∞, row −1.</summary>
    public const ulong Empty = 0x007F_FFFF_0000_0000;

    public static ulong Of(float score, int row) => (ulong)Ordered(score) << 32 | ~(uint)row;

    public static int Row(ulong key) => (int)~(uint)key;

    public static float Score(ulong key)
    {
        uint ordered = (uint)(key >> 32);
        return Interop.IntAsFloat((int)ordered < 0 ? ordered & 0x7FFF_FFFF : ~ordered);
    }

    /// <summary>Bits that order like the values: −0 counts as +0, because only +0 may come out.</summary>
    public static uint Ordered(float score)
    {
        uint bits = Interop.FloatAsInt(score);
        bits = bits == 0x8000_0000 ? 0 : bits;
        return (int)bits < 0 ? ~bits : bits | 0x8000_0000;
    }
}
