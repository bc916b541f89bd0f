using ILGPU;
using ILGPU.Runtime.Cuda;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>
/// Scale, error and norm of each block of 16 rows of a tile, on their way to shared memory: a thread asks for one number, a tile before it is
/// needed there, so that nobody waits for it and it costs one register.
/// </summary>
internal static class TileBounds
{
    /// <summary>Bytes of shared memory for a tile.</summary>
    public const int Bytes = TileBlocks * Bound.BlockBytes;

    private const int TileBlocks = 8, Numbers = Bytes / 4, BlockNumbers = Bound.BlockBytes / 4;

    /// <summary>A thread's number of the tile that begins with a row; past the last block of the range that of the last.</summary>
    public static float Ask(ScanParameters p, long firstRow)
    {
        float number = 0;
        if (Group.IdxX < Numbers)
        {
            long at = IntrinsicMath.Min(firstRow / 16 * BlockNumbers + Group.IdxX, (long)((p.EndRow - 1) / 16 * BlockNumbers + BlockNumbers - 1));
            // Inline, because a load in C# would sink to where its number is used, behind the products that are to hide it.
            CudaAsm.Emit("ld.global.nc.f32 %0, [%1];", out number, p.Blocks + 4 * at);
        }
        return number;
    }

    /// <summary>Leaves a thread's number where all can read it after the next barrier.</summary>
    /// <param name="start">shared address of the tile's numbers</param>
    /// <param name="number">what <see cref="Ask"/> returned</param>
    public static void Keep(uint start, float number)
    {
        if (Group.IdxX < Numbers) Shared.Store(start + 4 * (uint)Group.IdxX, number);
    }
}
