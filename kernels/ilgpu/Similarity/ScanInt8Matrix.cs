using ILGPU;
using ILGPU.Runtime.Cuda;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>
/// <c>scan_int8_matrix</c>: a block multiplies 128 rows by 64 queries, 64 bytes of the dimension at a time, copied ahead into shared
/// memory. Each warp holds 32 × 32 sums in registers and compares them with integer thresholds; sums that lose go no further.
/// </summary>
internal static class ScanInt8Matrix
{
    public const int BlockThreads = 256;

    private const int TileRows = 128, TileQueries = 64, TileBlocks = TileRows / 16, StepBytes = 64, Chunks = StepBytes / 16;
    private const int RowsBytes = TileRows * StepBytes, StageBytes = RowsBytes + TileQueries * StepBytes;

    public static void Kernel(ScanParameters p)
    {
        CudaAsm.Emit(".shared .align 128 .b8 stages[24576];"); // two stages of StageBytes
        CudaAsm.Emit("mov.u32 %0, stages;", out uint stages);
        ArrayView<int> thresholds = SharedMemory.Allocate<int>(TileBlocks * TileQueries);
        int groups = (p.QueryCount + TileQueries - 1) / TileQueries, steps = (int)(p.RowBytes / StepBytes);
        long tiles = (p.EndRow - p.FirstRow + TileRows - 1) / TileRows, units = tiles * groups;
        for (long unit = Grid.IdxX; unit < units; unit += Grid.DimX)
        {
            int firstQuery = (int)(unit % groups) * TileQueries, firstRow = p.FirstRow + (int)(unit / groups) * TileRows;
            // At the head of the loop and not behind the last use: the compiler lets shared loads sink past a barrier to where they are used.
            Group.Barrier();
            SetThresholds(p, thresholds, firstRow, firstQuery);
            MatrixTile s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default, s13 = default;
            Fetch(p, stages, firstRow, firstQuery, 0);
            for (int step = 0; step < steps; step++)
            {
                if (step + 1 < steps) Fetch(p, stages + (uint)((step + 1) % 2 * StageBytes), firstRow, firstQuery, (step + 1) * StepBytes);
                else Matrix.Commit(); // an empty group, so that waiting for all but one waits for this step's
                Matrix.WaitAllButOne();
                Group.Barrier();
                uint stage = stages + (uint)(step % 2 * StageBytes);
                for (int half = 0; half < 2; half++)
                {
                    Quad rows0 = Matrix.Load(RowsAt(stage, 0, half)), rows1 = Matrix.Load(RowsAt(stage, 16, half));
                    Quad queries0 = Matrix.Load(QueriesAt(stage, 0, half)), queries1 = Matrix.Load(QueriesAt(stage, 16, half));
                    s00 = Matrix.MultiplyAdd(rows0, queries0.X, queries0.Y, s00);
                    s01 = Matrix.MultiplyAdd(rows0, queries0.Z, queries0.W, s01);
                    s02 = Matrix.MultiplyAdd(rows0, queries1.X, queries1.Y, s02);
                    s03 = Matrix.MultiplyAdd(rows0, queries1.Z, queries1.W, s03);
                    s10 = Matrix.MultiplyAdd(rows1, queries0.X, queries0.Y, s10);
                    s11 = Matrix.MultiplyAdd(rows1, queries0.Z, queries0.W, s11);
                    s12 = Matrix.MultiplyAdd(rows1, queries1.X, queries1.Y, s12);
                    s13 = Matrix.MultiplyAdd(rows1, queries1.Z, queries1.W, s13);
                }
                Group.Barrier(); // before the next copy overwrites this stage
            }
            uint reached = Reached(thresholds, 0, 0, s00) | Reached(thresholds, 0, 1, s01) << 4 | Reached(thresholds, 0, 2, s02) << 8
                | Reached(thresholds, 0, 3, s03) << 12 | Reached(thresholds, 1, 0, s10) << 16 | Reached(thresholds, 1, 1, s11) << 20
                | Reached(thresholds, 1, 2, s12) << 24 | Reached(thresholds, 1, 3, s13) << 28;
            while (reached != 0)
            {
                int bit = IntrinsicMath.PopCount((reached & (0 - reached)) - 1), index = bit & 3, tile = bit >> 2;
                reached &= reached - 1;
                int low = tile < 2 ? tile == 0 ? s00.Pick(index) : s01.Pick(index) : tile == 2 ? s02.Pick(index) : s03.Pick(index);
                int high = tile < 6 ? tile == 4 ? s10.Pick(index) : s11.Pick(index) : tile == 6 ? s12.Pick(index) : s13.Pick(index);
                int row = firstRow + WarpRow() + (tile >> 2) * 16 + (index >> 1) * 8 + Warp.LaneIdx / 4;
                int query = firstQuery + WarpQuery() + (tile & 3) * 8 + Warp.LaneIdx % 4 * 2 + (index & 1);
                if (row >= p.EndRow || query >= p.QueryCount) continue;
                QueryLane lane = Bound.Lane(p.Lanes, query);
                float score = ((tile < 4 ? low : high) + lane.FirstSum) * (lane.Scale * Bound.Scale(p.Blocks, row));
                HitList.Offer(p, query, row, score, Bound.Error(p.Blocks, row, lane));
            }
        }
    }

    /// <summary>Four warps share the rows, two the queries.</summary>
    private static int WarpRow() => Group.IdxX / 32 % 4 * 32;

    private static int WarpQuery() => Group.IdxX / 128 * 32;

    /// <summary>
    /// For each block of 16 rows and each query the sum from which a row may reach the bar; rounded down, the exact comparison follows.
    /// </summary>
    private static void SetThresholds(ScanParameters p, ArrayView<int> thresholds, int firstRow, int firstQuery)
    {
        for (int i = Group.IdxX; i < TileBlocks * TileQueries; i += BlockThreads)
        {
            int row = firstRow + 16 * (i / TileQueries), query = firstQuery + i % TileQueries, threshold = int.MaxValue;
            if (row < p.EndRow && query < p.QueryCount)
            {
                QueryLane lane = Bound.Lane(p.Lanes, query);
                float least = (Device.Float(p.Bars, query) - Bound.Error(p.Blocks, row, lane)) / (lane.Scale * Bound.Scale(p.Blocks, row));
                least -= IntrinsicMath.Abs(least) * 1e-6f + 1; // a few roundings of 2⁻²⁴ each
                threshold = (int)IntrinsicMath.Clamp(least, -1e9f, 1e9f) - lane.FirstSum;
                if (p.Dense != 0) threshold = int.MinValue;
            }
            thresholds[i] = threshold;
        }
    }

    /// <summary>Begins to copy one step of the tile's rows and queries; past the last row or query the last one is copied again.</summary>
    private static void Fetch(ScanParameters p, uint stage, int firstRow, int firstQuery, int firstByte)
    {
        for (int i = Group.IdxX; i < TileRows * Chunks; i += BlockThreads)
        {
            long row = IntrinsicMath.Min(firstRow + i / Chunks, p.EndRow - 1);
            Matrix.Copy(Swizzled(stage, i / Chunks, i % Chunks), p.Rows + row * p.RowBytes + firstByte + 16 * (i % Chunks));
        }
        int chunk = Group.IdxX % Chunks, place = Group.IdxX / Chunks;
        long query = IntrinsicMath.Min(firstQuery + place, p.QueryCount - 1);
        Matrix.Copy(Swizzled(stage + RowsBytes, place, chunk), p.Queries + query * p.RowBytes + firstByte + 16 * chunk);
        Matrix.Commit();
    }

    /// <summary>Lane i's row address for the left operand: rows 0 to 15 of the low, then of the high 16 bytes.</summary>
    private static uint RowsAt(uint stage, int firstRow, int half) =>
        Swizzled(stage, WarpRow() + firstRow + Warp.LaneIdx % 16, 2 * half + Warp.LaneIdx / 16);

    /// <summary>Lane i's row address for the right operand: two tiles of 8 queries, each its low and its high 16 bytes.</summary>
    private static uint QueriesAt(uint stage, int firstQuery, int half) =>
        Swizzled(stage + RowsBytes, WarpQuery() + firstQuery + Warp.LaneIdx / 16 * 8 + Warp.LaneIdx % 8, 2 * half + Warp.LaneIdx / 8 % 2);

    /// <summary>Where 16 bytes of a row lie: chunks change places from row to row, so that eight rows are read from 32 different banks.</summary>
    private static uint Swizzled(uint start, int row, int chunk) => start + (uint)(row * StepBytes + (chunk ^ (row / 2 % 4)) * 16);

    private static uint Reached(ArrayView<int> thresholds, int rowTile, int queryTile, MatrixTile sums)
    {
        int at = (WarpRow() / 16 + rowTile) * TileQueries + WarpQuery() + queryTile * 8 + Warp.LaneIdx % 4 * 2;
        return sums.Reached(thresholds[at], thresholds[at + 1]);
    }
}
