using System.Runtime.InteropServices;
using Rubato.Kernels.Selection;

namespace Rubato.Kernels.Similarity;

/// <summary>
/// The order of work of the scans that run panel code: panels of rows that stay in the cache meet groups of queries; hits are drained
/// into survivor buffers, whose bars flow back into the code; survivors are finished by the definition of a score.
/// </summary>
/// <param name="name">name by which the variant is forced and reported</param>
/// <param name="arithmetic">what is read and how it is bounded</param>
/// <param name="codes">the code that reads it</param>
/// <param name="fallback">
/// takes over where the matrix lacks what is read, where bounds do not hold, and where survivors are a crowd
/// </param>
internal sealed unsafe class PanelScan(string name, PanelArithmetic arithmetic, PanelCodes codes, IScanKernel fallback) : IScanKernel
{
    /// <summary>Queries per pass over the rows; their survivor buffers stay within a few megabytes.</summary>
    private const int BlockQueries = 1024;

    /// <summary>More survivors than one row in this many are a crowd: fetching them one by one costs more than reading every row.</summary>
    private const int CrowdShare = 8;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public bool ReadsCodes => arithmetic.ReadsCodes;

    /// <inheritdoc/>
    public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
    {
        Guard.Scan(request, rows.Length, scores.Length);
        if (arithmetic.RowBytes(request.Items) == 0)
            return fallback.Scan(request, workspace, rows, scores);
        long rescored = 0;
        for (int first = 0, k = request.K; first < request.QueryCount; first += BlockQueries)
        {
            int queries = Math.Min(BlockQueries, request.QueryCount - first);
            Span<int> blockRows = rows.Slice(first * k, queries * k);
            rescored += Block(request.Slice(first, queries), workspace, blockRows, scores.Slice(first * k, queries * k));
        }
        return new ScanStatistics((long)request.RowCount * request.QueryCount, rescored);
    }

    private long Block(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
    {
        int k = request.K, active = 0, queryBytes = arithmetic.QueryBytes(request.Items.Dimension);
        int groups = (request.QueryCount + PanelArguments.Lanes - 1) / PanelArguments.Lanes;
        PanelWorkspace panel = workspace.Panel;
        Span<Lane> lanes = panel.Lanes(request.QueryCount);
        Span<bool> passedOn = panel.PassedOn(request.QueryCount);
        byte* plain = panel.Plain.Reserve<byte>((long)groups * PanelArguments.Lanes * queryBytes);
        ReadOnlySpan<SurvivorBuffer> survivors = workspace.Buffers(request.QueryCount);
        long rescored = 0;
        for (int query = 0; query < request.QueryCount; query++)
        {
            if (RowFilter.IsSparse(request.Filter(query), request.FirstRow, request.RowCount))
            {
                rescored += ExactScan.Scan(request, query, workspace, rows.Slice(query * k, k), scores.Slice(query * k, k));
                continue;
            }
            var lanePlain = new Span<byte>(plain + (long)active * queryBytes, queryBytes); // SAFETY: reserved for whole groups above
            passedOn[query] = !arithmetic.Prepare(request.Items, request.Query(query), ref lanes[active], lanePlain);
            if (passedOn[query])
                continue;
            lanes[active].Query = query;
            active++;
        }
        for (bool guess = true; active > 0; guess = false)
        {
            Panels(request, workspace, lanes[..active], survivors[..active], guess);
            int again = 0;
            for (int lane = 0; lane < active; lane++)
            {
                int query = lanes[lane].Query;
                passedOn[query] = survivors[lane].Crowded || !Finisher.TryFinish(
                    survivors[lane], request, query, workspace, rows.Slice(query * k, k), scores.Slice(query * k, k), ref rescored);
                if (!passedOn[query] || survivors[lane].Crowded)
                    continue;
                // The bar was too high: once more, without any guess. SAFETY: both are lanes of the plain queries, and again <= lane
                NativeMemory.Copy(plain + (long)lane * queryBytes, plain + (long)again * queryBytes, (nuint)queryBytes);
                lanes[again] = lanes[lane];
                lanes[again++].Margin = 1;
            }
            active = guess ? again : 0;
        }
        return rescored + PassedOn.Scan(fallback, request, workspace, passedOn, rows, scores);
    }

    private void Panels(
        in ScanRequest request, ScanWorkspace workspace, ReadOnlySpan<Lane> lanes, ReadOnlySpan<SurvivorBuffer> survivors, bool guess)
    {
        int rowBytes = arithmetic.RowBytes(request.Items), end = request.FirstRow + request.RowCount;
        int panelRows = PanelSize.Rows(rowBytes);
        int crowdedCount = Math.Max(8 * request.K, request.RowCount / CrowdShare);
        // SAFETY: the rows stay pinned while the code runs
        fixed (byte* codeRows = request.Items.Quantised.Codes)
        fixed (float* values = request.Items.Values)
        fixed (QuantisedBlock* blocks = request.Items.Quantised.Blocks)
        {
            byte* firstRow = arithmetic.ReadsCodes ? codeRows : (byte*)values;
            foreach (SurvivorBuffer buffer in survivors)
                buffer.Start(request.K, room: 1, crowdedCount);
            foreach (int share in RowSample.Shares)
            {
                var sample = new RowSample(request.FirstRow, request.RowCount, request.K, share);
                if (!guess || !sample.Pays(lanes.Length))
                    continue;
                foreach (SurvivorBuffer buffer in survivors)
                    buffer.Start(sample.Kept, room: 1, crowdedCount: int.MaxValue, buffer.Bar);
                var sampled = new PanelRun(request, workspace, arithmetic, codes, lanes, survivors, ahead: false);
                for (int step = 0; step < sample.Steps; step += panelRows / PanelRun.RowStep)
                    sampled.Sample(firstRow, blocks, sample, step, Math.Min(panelRows / PanelRun.RowStep, sample.Steps - step));
                foreach (SurvivorBuffer buffer in survivors)
                    buffer.Start(request.K, room: 1, crowdedCount, bar: buffer.NthBlockFloor(sample.Rank, PanelRun.RowStep, workspace));
            }
            var run = new PanelRun(request, workspace, arithmetic, codes, lanes, survivors, ahead: true);
            for (int row = request.FirstRow; row < end; row += panelRows)
            {
                int count = Math.Min(panelRows, end - row);
                if (!RowFilter.Any(request.Allowed, request.Items.Rows, row, count))
                    continue;
                if (arithmetic.ReadsCodes)
                {
                    run.Panel(firstRow + (long)row * rowBytes, blocks + row / QuantisedRows.BlockRows, row, count);
                    continue;
                }
                int whole = count / PanelRun.RowStep * PanelRun.RowStep;
                byte* rows = firstRow + (long)row * rowBytes;
                run.Panel(rows, null, row, whole);
                byte* tail = Tail(rows + (long)whole * rowBytes, (long)(count - whole) * rowBytes, rowBytes, workspace);
                run.Panel(tail, null, row + whole, count - whole);
            }
        }
    }

    /// <summary>Copies the last rows of an array without padding to where a whole step of rows can be read.</summary>
    private static byte* Tail(byte* rows, long bytes, int rowBytes, ScanWorkspace workspace)
    {
        if (bytes == 0)
            return null;
        byte* tail = workspace.Panel.Tail.Reserve<byte>((long)PanelRun.RowStep * rowBytes);
        NativeMemory.Clear(tail, (nuint)PanelRun.RowStep * (nuint)rowBytes); // SAFETY: both lie within the reserved step, as bytes < step
        NativeMemory.Copy(rows, tail, (nuint)bytes);
        return tail;
    }
}
