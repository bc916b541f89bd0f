using ILGPU;
using ILGPU.Runtime.Cuda;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>
/// <c>scan_int8_matrix</c>: a block multiplies tiles of 128 rows by 64 queries, those of its column of the grid, 64 bytes of the dimension at
/// a time. Steps of rows are copied into shared memory two ahead, from one tile into the next; queries of up to 256 bytes once. Each warp
/// holds 32 × 32 sums in registers; they start with minus the integers that they have to reach, and those that end negative go no further.
/// </summary>
internal static class ScanInt8Matrix
{
    public const int BlockThreads = 256;

    private const int TileBlocks = MatrixStage.TileRows / 16, TileQueries = MatrixStage.TileQueries;
    private const int BarsAt = MatrixStage.Bytes, BoundsAt = 4 * TileBlocks * TileQueries, BarsBytes = BoundsAt + 128;

    public static void Kernel(ScanParameters p)
    {
        CudaAsm.Emit(".shared .align 128 .b8 stages[45312];"); // MatrixStage.Bytes, two of BarsBytes
        CudaAsm.Emit("mov.u32 %0, stages;", out uint stages);
        var bar = new MatrixBar(p, FirstQuery() + (Group.IdxX & (TileQueries - 1)));
        uint first = (uint)(p.FirstRow + Grid.IdxY * MatrixStage.TileRows);
        uint queriesEnd = Kept.Of(MatrixStage.QueriesEnd(p, stages));
        var fetch = new MatrixFetch(p, first, stages);
        for (int ahead = 0; ahead < MatrixStage.StepsAhead; ahead++) fetch = fetch.Begin(p, stages, queriesEnd);
        // What sums start with, and bounds, are there twice, for this tile and the next.
        uint bars = stages + BarsAt, nextBars = bars + BarsBytes;
        TileBounds.Keep(bars + BoundsAt, TileBounds.Ask(p, first));
        TileBounds.Keep(nextBars + BoundsAt, TileBounds.Ask(p, first + MatrixStage.Stride()));
        Group.Barrier();
        SetStarts(bar, bars);
        uint rows = stages + RowsAt(), queries = MatrixStage.Queries(stages) + QueriesAt();
        for (; first < (uint)p.EndRow; first += MatrixStage.Stride())
        {
            float ahead = TileBounds.Ask(p, first + 2 * MatrixStage.Stride());
            StepHasCome();
            var sums = new MatrixSums(bars + StartAt(WarpRow() / 16, WarpQuery() + (Warp.LaneIdx & 3) * 2));
            for (int at = 0; ;)
            {
                fetch = fetch.Begin(p, stages, queriesEnd);
                sums = sums.Plus(rows, queries).Plus(rows ^ 32, queries ^ 32); // chunks 0 and 1, then 2 and 3
                rows = MatrixStage.NextRows(rows, stages);
                queries = MatrixStage.NextQueries(queries, stages, queriesEnd);
                at += MatrixStage.StepBytes;
                if (at == (int)p.RowBytes) break;
                StepHasCome();
            }
            // Between what is written here, for the next tile and the one after it, and those who read it, or read what was there, lies a step's barrier.
            SetStarts(bar, nextBars);
            TileBounds.Keep(bars + BoundsAt, ahead);
            if (!sums.AllNegative)
            {
                for (uint reached = sums.Reached; reached != 0; reached &= reached - 1)
                {
                    int bit = IntrinsicMath.PopCount((reached & (0 - reached)) - 1);
                    int rowInTile = WarpRow() + (bit >> 4) * 16 + (bit >> 1 & 1) * 8 + Warp.LaneIdx / 4, queryInTile = WarpQuery() + (bit >> 2 & 3) * 8 + (Warp.LaneIdx & 3) * 2 + (bit & 1);
                    int sum = sums.Pick(bit) - Shared.Int(bars + StartAt(rowInTile / 16, queryInTile)), query = FirstQuery() + queryInTile;
                    long row = first + rowInTile;
                    if (row >= p.EndRow || query >= p.QueryCount) continue;
                    var exact = new ScanQuery(p, query);
                    var own = new RowBounds(p, row);
                    exact.Offer(p, own, (sum + exact.FirstSum) * (exact.Scale * own.Scale));
                }
            }
            (bars, nextBars) = (nextBars, bars);
        }
    }

    /// <summary>The next step has come for all, and all have left the stage that is filled now.</summary>
    private static void StepHasCome()
    {
        Matrix.WaitAllButOne();
        Group.Barrier();
    }

    /// <summary>A thread sets what the sums of one query start with, for two of the tile's blocks.</summary>
    private static void SetStarts(MatrixBar bar, uint bars)
    {
        uint at = bars + 4 * (uint)Group.IdxX, bounds = bars + BoundsAt + (uint)(Group.IdxX / TileQueries * Bound.BlockBytes);
        Shared.Store(at, bar.Start(bounds));
        Shared.Store(at + 4 * BlockThreads, bar.Start(bounds + TileBounds.Bytes / 2));
    }

    private static int FirstQuery() => Grid.IdxX * TileQueries;

    /// <summary>Where it lies what the sums of a block of rows and a query start with.</summary>
    private static uint StartAt(int block, int query) => 4 * (uint)(block * TileQueries + query);

    /// <summary>Four warps share the rows, two the queries.</summary>
    private static int WarpRow() => (Group.IdxX / 32 & 3) * 32;

    private static int WarpQuery() => Group.IdxX / 128 * 32;

    /// <summary>Where a lane's row for the left operand lies in a stage: rows 0 to 15 of the low, then of the high 16 bytes.</summary>
    private static uint RowsAt() => MatrixStage.Place(WarpRow() + (Warp.LaneIdx & 15), Warp.LaneIdx / 16);

    /// <summary>Where a lane's query for the right operand lies in a stage: two tiles of 8 queries, each its low and its high 16 bytes.</summary>
    private static uint QueriesAt() => MatrixStage.Place(WarpQuery() + Warp.LaneIdx / 16 * 8 + (Warp.LaneIdx & 7), Warp.LaneIdx / 8 & 1);
}
