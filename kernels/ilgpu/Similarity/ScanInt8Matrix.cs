using ILGPU;
using ILGPU.Runtime.Cuda;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>
/// <c>scan_int8_matrix</c>: a block multiplies tiles of 128 rows by 64 queries, those of its column of the grid, 64 bytes of the dimension at
/// a time. Steps are copied into shared memory two ahead, from one tile into the next. Each warp holds 32 × 32 sums in registers; they start
/// with minus the integers that they have to reach, and those that end negative go no further.
/// </summary>
internal static class ScanInt8Matrix
{
    public const int BlockThreads = 256;

    private const int TileRows = 128, TileQueries = 64, TileBlocks = TileRows / 16, StepBytes = 64, Chunks = StepBytes / 16;
    private const int RowsBytes = TileRows * StepBytes, StageBytes = RowsBytes + TileQueries * StepBytes, Stages = 3;
    private const int BarsAt = Stages * StageBytes, BoundsAt = 4 * TileBlocks * TileQueries, BarsBytes = BoundsAt + 128;

    public static void Kernel(ScanParameters p)
    {
        CudaAsm.Emit(".shared .align 128 .b8 stages[41216];"); // three of StageBytes, two of BarsBytes
        CudaAsm.Emit("mov.u32 %0, stages;", out uint stages);
        int firstQuery = Grid.IdxX * TileQueries, steps = (int)(p.RowBytes / StepBytes);
        int ownQuery = firstQuery + Group.IdxX % TileQueries;
        var bar = new MatrixBar(p, IntrinsicMath.Min(ownQuery, p.QueryCount - 1), ownQuery < p.QueryCount);
        long first = p.FirstRow + (long)Grid.IdxY * TileRows, stride = (long)Grid.DimY * TileRows;
        // What is copied next: a step of a tile, into a stage.
        long fetchRow = first;
        int fetchStep = 0;
        uint fetchStage = stages;
        for (int ahead = 0; ahead < Stages - 1; ahead++)
        {
            Fetch(p, fetchStage, fetchRow, firstQuery, fetchStep * StepBytes);
            fetchStage += StageBytes;
            fetchStep++;
            if (fetchStep == steps) fetchRow += stride;
            if (fetchStep == steps) fetchStep = 0;
        }
        // What sums start with, and bounds, are there twice, for this tile and the next.
        uint bars = stages + BarsAt, nextBars = bars + BarsBytes;
        TileBounds.Keep(bars + BoundsAt, TileBounds.Ask(p, first));
        TileBounds.Keep(nextBars + BoundsAt, TileBounds.Ask(p, first + stride));
        Group.Barrier();
        SetStarts(p, bar, bars, first);
        uint stage = stages;
        for (; first < p.EndRow; first += stride)
        {
            float ahead = TileBounds.Ask(p, first + 2 * stride);
            StepHasCome();
            uint start = bars + OwnStart();
            MatrixTile s00 = Start(start, 0, 0), s01 = Start(start, 0, 1), s02 = Start(start, 0, 2), s03 = Start(start, 0, 3);
            MatrixTile s10 = Start(start, 1, 0), s11 = Start(start, 1, 1), s12 = Start(start, 1, 2), s13 = Start(start, 1, 3);
            for (int step = 0; ;)
            {
                Fetch(p, fetchStage, fetchRow, firstQuery, fetchStep * StepBytes);
                fetchStage = After(fetchStage, stages);
                fetchStep++;
                if (fetchStep == steps) fetchRow += stride;
                if (fetchStep == steps) fetchStep = 0;
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
                stage = After(stage, stages);
                step++;
                if (step == steps) break;
                StepHasCome();
            }
            // Between what is written here, for the next tile and the one after it, and those who read it, or read what was there, lies a step's barrier.
            SetStarts(p, bar, nextBars, first + stride);
            TileBounds.Keep(bars + BoundsAt, ahead);
            if ((s00.AllNegative & s01.AllNegative & s02.AllNegative & s03.AllNegative & s10.AllNegative & s11.AllNegative & s12.AllNegative & s13.AllNegative) >= 0)
            {
                uint reached = s00.Reached | s01.Reached << 4 | s02.Reached << 8 | s03.Reached << 12 | s10.Reached << 16 | s11.Reached << 20 | s12.Reached << 24 | s13.Reached << 28;
                for (; reached != 0; reached &= reached - 1)
                {
                    int bit = IntrinsicMath.PopCount((reached & (0 - reached)) - 1), index = bit & 3, tile = bit >> 2;
                    int low = tile < 2 ? tile == 0 ? s00.Pick(index) : s01.Pick(index) : tile == 2 ? s02.Pick(index) : s03.Pick(index);
                    int high = tile < 6 ? tile == 4 ? s10.Pick(index) : s11.Pick(index) : tile == 6 ? s12.Pick(index) : s13.Pick(index);
                    int sum = (tile < 4 ? low : high) - Shared.Int(StartOf(bars + OwnStart(), tile >> 2, tile & 3) + 4 * (uint)(index & 1));
                    long row = first + WarpRow() + (tile >> 2) * 16 + (index >> 1) * 8 + Warp.LaneIdx / 4;
                    int query = firstQuery + WarpQuery() + (tile & 3) * 8 + Warp.LaneIdx % 4 * 2 + (index & 1);
                    if (row >= p.EndRow || query >= p.QueryCount) continue;
                    var exact = new ScanQuery(p, query);
                    var own = new RowBounds(p, row);
                    exact.Offer(p, own, (sum + exact.FirstSum) * (exact.Scale * own.Scale));
                }
            }
            (bars, nextBars) = (nextBars, bars);
        }
    }

    private static uint After(uint stage, uint stages) => stage == stages + (Stages - 1) * StageBytes ? stages : stage + StageBytes;

    /// <summary>The next step has come for all, and all have left the stage that is filled now.</summary>
    private static void StepHasCome()
    {
        Matrix.WaitAllButOne();
        Group.Barrier();
    }

    /// <summary>A thread sets what the sums of one query start with, for two of the tile's blocks.</summary>
    private static void SetStarts(ScanParameters p, MatrixBar bar, uint bars, long first)
    {
        int block = Group.IdxX / TileQueries;
        uint at = bars + 4 * (uint)Group.IdxX, bounds = bars + BoundsAt + (uint)(block * Bound.BlockBytes);
        Shared.Store(at, bar.Start(p, first + 16 * block, bounds));
        Shared.Store(at + 4 * BlockThreads, bar.Start(p, first + 16 * block + 16 * (TileBlocks / 2), bounds + TileBounds.Bytes / 2));
    }

    /// <summary>Four warps share the rows, two the queries.</summary>
    private static int WarpRow() => Group.IdxX / 32 % 4 * 32;

    private static int WarpQuery() => Group.IdxX / 128 * 32;

    /// <summary>Begins to copy one step of a tile's rows and queries, if there is such a tile; past the last row or query the last one is copied again.</summary>
    private static void Fetch(ScanParameters p, uint stage, long firstRow, int firstQuery, int firstByte)
    {
        int chunk = Group.IdxX % Chunks, place = Group.IdxX / Chunks;
        long from = firstByte + 16 * chunk, last = p.EndRow - 1;
        if (firstRow < p.EndRow)
        {
            Matrix.Copy(Swizzled(stage, place, chunk), p.Rows + IntrinsicMath.Min(firstRow + place, last) * p.RowBytes + from);
            Matrix.Copy(Swizzled(stage, place + 64, chunk), p.Rows + IntrinsicMath.Min(firstRow + place + 64, last) * p.RowBytes + from);
            Matrix.Copy(Swizzled(stage + RowsBytes, place, chunk), p.Queries + IntrinsicMath.Min(firstQuery + place, p.QueryCount - 1) * p.RowBytes + from);
        }
        Matrix.Commit(); // also of nothing: what is waited for is counted
    }

    /// <summary>Lane i's row address for the left operand: rows 0 to 15 of the low, then of the high 16 bytes.</summary>
    private static uint RowsAt(uint stage, int firstRow, int half) =>
        Swizzled(stage, WarpRow() + firstRow + Warp.LaneIdx % 16, 2 * half + Warp.LaneIdx / 16);

    /// <summary>Lane i's row address for the right operand: two tiles of 8 queries, each its low and its high 16 bytes.</summary>
    private static uint QueriesAt(uint stage, int firstQuery, int half) =>
        Swizzled(stage + RowsBytes, WarpQuery() + firstQuery + Warp.LaneIdx / 16 * 8 + Warp.LaneIdx % 8, 2 * half + Warp.LaneIdx / 8 % 2);

    /// <summary>Where 16 bytes of a row lie: chunks change places from row to row, so that eight rows are read from 32 different banks.</summary>
    private static uint Swizzled(uint start, int row, int chunk) => start + (uint)(row * StepBytes + (chunk ^ (row / 2 % 4)) * 16);

    /// <summary>Where a thread finds what the first of its sums start with.</summary>
    private static uint OwnStart() => 4 * (uint)(WarpRow() / 16 * TileQueries + WarpQuery() + Warp.LaneIdx % 4 * 2);

    private static uint StartOf(uint start, int rowTile, int queryTile) => start + 4 * (uint)(rowTile * TileQueries + queryTile * 8);

    private static MatrixTile Start(uint start, int rowTile, int queryTile) => MatrixTile.From(StartOf(start, rowTile, queryTile));
}
