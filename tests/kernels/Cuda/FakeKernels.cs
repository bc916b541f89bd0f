using System.Runtime.CompilerServices;
using Rubato.Kernels.Cuda;
using Rubato.Kernels.Selection;
using Rubato.Kernels.Similarity;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>The scan's kernels in plain C#, on the memory of the fake driver: what their parameters mean, without how they are made fast.</summary>
internal static unsafe class FakeKernels
{
    /// <summary>Runs these kernels, and the others by the interpreter, which is slower.</summary>
    public static FakeDriver.Kernel And(PtxKernels others) => launch =>
    {
        if (launch.Entry.StartsWith("scan_", StringComparison.Ordinal) || launch.Entry is "raise_bar" or "rescore" or "take_best") Run(launch);
        else others.Run(launch);
    };

    /// <summary>Runs a kernel by its name.</summary>
    public static void Run(FakeDriver.Launch launch)
    {
        fixed (byte* parameters = launch.Parameters)
        {
            if (launch.Entry.StartsWith("scan_", StringComparison.Ordinal)) Scan(Unsafe.Read<ScanParameters>(parameters), launch.Entry);
            else if (launch.Entry == "raise_bar") RaiseBar(Unsafe.Read<RaiseBarParameters>(parameters), launch.Blocks);
            else if (launch.Entry == "rescore") Rescore(Unsafe.Read<RescoreParameters>(parameters), launch.BlocksY);
            else if (launch.Entry == "take_best") TakeBest(Unsafe.Read<TakeBestParameters>(parameters), launch.Blocks);
            else throw new InvalidOperationException($"no kernel {launch.Entry}");
        }
    }

    /// <summary>After raise_bar: loses the first hit of the first query.</summary>
    public static void Forget(FakeDriver.Launch launch)
    {
        fixed (byte* parameters = launch.Parameters)
        {
            var p = (RaiseBarParameters*)parameters;
            ref int count = ref *(int*)p->HitCounts;
            var hits = new Span<ulong>((ulong*)p->Hits, count);
            if (count > 0) hits[1..].CopyTo(hits);
            count = Math.Max(0, count - 1);
        }
    }

    /// <summary>After take_best: rows that there are none of.</summary>
    public static void Scramble(FakeDriver.Launch launch)
    {
        fixed (byte* parameters = launch.Parameters)
        {
            var p = (TakeBestParameters*)parameters;
            new Span<int>((int*)p->Rows, p->K * launch.Blocks).Fill(int.MinValue);
        }
    }

    private static void Scan(in ScanParameters p, string entry)
    {
        for (int query = 0; query < p.QueryCount; query++)
        {
            QueryLane lane = ((QueryLane*)p.Lanes)[query];
            for (int row = p.FirstRow; row < p.EndRow; row++)
            {
                bool allowed = p.Allowed == 0 || (((ulong*)p.Allowed)[query * p.AllowedStride + row / 64] >> (row % 64) & 1) != 0;
                float scale = p.Blocks == 0 ? 1 : ((QuantisedBlock*)p.Blocks)[row / 16].Scale, score = Sum(p, entry, query, row, lane) * scale * lane.Scale;
                ulong key = RankKey.Of(score + 0f, row); // +0, never −0
                var hits = (ulong*)p.Hits + (long)query * p.Capacity;
                if (p.Dense != 0)
                {
                    hits[row - p.FirstRow] = allowed ? key : RankKey.Empty;
                    ((int*)p.HitCounts)[query] = p.EndRow - p.FirstRow;
                }
                else if (allowed && !(score + Error(p.Blocks, row, lane) < ((float*)p.Bars)[query]))
                {
                    int slot = ((int*)p.HitCounts)[query]++;
                    if (slot < p.Capacity) hits[slot] = key;
                }
            }
        }
    }

    private static float Sum(in ScanParameters p, string entry, int query, int row, in QueryLane lane)
    {
        byte* x = (byte*)p.Rows + row * p.RowBytes, q = (byte*)p.Queries + query * p.RowBytes;
        int codes = lane.FirstSum;
        double sum = 0;
        if (entry == "scan_fp32")
            for (int c = 0; c < p.RowBytes / 4; c++) sum += (double)((float*)x)[c] * ((float*)q)[c];
        else if (entry == "scan_fp16")
            for (int c = 0; c < p.RowBytes / 2; c++) sum += (double)((Half*)x)[c] * ((float*)p.Queries)[(query * p.RowBytes / 2) + c];
        else
            for (int c = 0; c < p.RowBytes; c++) codes += x[c] * ((sbyte*)q)[c];
        return entry.StartsWith("scan_fp", StringComparison.Ordinal) ? (float)sum : codes;
    }

    private static void RaiseBar(in RaiseBarParameters p, int queries)
    {
        for (int query = 0; query < queries; query++)
        {
            QueryLane lane = ((QueryLane*)p.Lanes)[query];
            int found = ((int*)p.HitCounts)[query];
            var hits = new Span<ulong>((ulong*)p.Hits + (long)query * p.Capacity, Math.Min(found, p.Capacity));
            ref float bar = ref ((float*)p.Bars)[query];
            long blocks = p.Blocks;
            if (hits.Length >= p.K)
            {
                float[] floors = [.. hits.ToArray().Select(key => key == RankKey.Empty ? float.NegativeInfinity
                    : RankKey.Score(key) - lane.Margin * Error(blocks, RankKey.Row(key), lane))];
                Array.Sort(floors);
                bar = Math.Max(bar, floors[^p.K]);
            }
            int kept = 0;
            foreach (ulong key in hits)
                if (key != RankKey.Empty && RankKey.Score(key) + Error(blocks, RankKey.Row(key), lane) >= bar) hits[kept++] = key;
            ((int*)p.HitCounts)[query] = kept;
            if (found > p.Capacity) ((int*)p.Status)[query] |= ScanStatus.Overflowed;
        }
    }

    private static void Rescore(in RescoreParameters p, int queries)
    {
        Span<double> sums = stackalloc double[8];
        for (int query = 0; query < queries; query++)
        {
            var hits = new Span<ulong>((ulong*)p.Hits + (long)query * p.Capacity, ((int*)p.HitCounts)[query]);
            foreach (ref ulong hit in hits)
            {
                int row = RankKey.Row(hit);
                sums.Clear();
                for (int c = 0; c < p.Dimension; c++)
                    sums[c % 8] += (double)((float*)p.Queries)[query * p.QueryStride + c] * ((float*)p.Values)[(long)row * p.ValueStride + c];
                double sum = ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
                hit = RankKey.Of((float)sum + 0f, row);
            }
        }
    }

    private static void TakeBest(in TakeBestParameters p, int queries)
    {
        for (int query = 0; query < queries; query++)
        {
            ulong[] keys = new Span<ulong>((ulong*)p.Keys + (long)query * p.Capacity, Math.Min(((int*)p.KeyCounts)[query], p.Capacity)).ToArray();
            Array.Sort(keys);
            Array.Reverse(keys);
            for (int i = 0; i < p.K; i++)
            {
                ulong key = i < keys.Length ? keys[i] : RankKey.Empty;
                ((int*)p.Rows)[query * p.K + i] = RankKey.Row(key);
                ((float*)p.Scores)[query * p.K + i] = RankKey.Score(key);
            }
            if (((float*)p.Scores)[query * p.K + p.K - 1] < ((float*)p.Bars)[query]) ((int*)p.Status)[query] |= ScanStatus.Unproven;
        }
    }

    private static float Error(long blocks, int row, in QueryLane lane)
    {
        if (blocks == 0) return lane.Constant; // fp32 rows
        QuantisedBlock block = ((QuantisedBlock*)blocks)[row / 16];
        return lane.ErrorFactor * block.ErrorMax + lane.NormFactor * block.NormMax + lane.Constant;
    }
}
