using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>How a block of 256 threads shares out a tile of rows in a scan with fp32 sums: eight threads to four rows.</summary>
internal static class FloatRows
{
    public const int RowThreads = 8, TileRows = 4 * 256 / RowThreads;

    /// <summary>Which part of its rows a thread reads: every eighth 16 bytes.</summary>
    public static int Part() => Group.IdxX & (RowThreads - 1);

    /// <summary>First of a thread's four rows in its tile.</summary>
    private static int Place() => Group.IdxX / RowThreads * 4;

    /// <summary>The row that a thread decides on; parts 4 to 7 decide on none.</summary>
    public static long Own(long first) => first + Place() + (Part() & 3);

    /// <summary>Address of one of a thread's four rows; past the last row of the range that of the last.</summary>
    public static long At(ScanParameters p, long first, int which) =>
        p.Rows + IntrinsicMath.Min(first + Place() + which, p.EndRow - 1) * p.RowBytes;

    /// <summary>Sums change places while they are added, so that parts i and i + 4 end with row i: three additions for each.</summary>
    public static float Sum(float sum0, float sum1, float sum2, float sum3)
    {
        int part = Part();
        bool odd = (part & 1) != 0, high = (part & 2) != 0;
        float low = (odd ? sum1 : sum0) + Warp.ShuffleXor(odd ? sum0 : sum1, 1), upper = (odd ? sum3 : sum2) + Warp.ShuffleXor(odd ? sum2 : sum3, 1);
        float sum = (high ? upper : low) + Warp.ShuffleXor(high ? low : upper, 2);
        return sum + Warp.ShuffleXor(sum, 4);
    }
}
