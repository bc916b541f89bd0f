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
/// <param name="guess">let bars rise ahead of their proof, and scan without that for queries whose bar was too high</param>
internal sealed unsafe class PanelScan(string name, PanelArithmetic arithmetic, PanelCodes codes, IScanKernel fallback, bool guess = true) : IScanKernel
{
    /// <summary>More survivors than one row in this many are a crowd: fetching them one by one costs more than reading every row.</summary>
    private const int CrowdShare = 8;

    private readonly PanelScan? _certain = guess ? new PanelScan(name, arithmetic, codes, fallback, guess: false) : null;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public bool ReadsCodes => arithmetic.ReadsCodes;

    /// <inheritdoc/>
    public IScanKernel Certain => _certain ?? fallback;

    /// <inheritdoc/>
    public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
    {
        Guard.Scan(request, rows.Length, scores.Length);
        if (arithmetic.RowBytes(request.Items) == 0)
            return fallback.Scan(request, workspace, rows, scores);
        ScanStatistics statistics = default;
        for (int first = 0, k = request.K; first < request.QueryCount; first += CollectedScan.QueriesMax)
        {
            int queries = Math.Min(CollectedScan.QueriesMax, request.QueryCount - first);
            ScanRequest block = request.Slice(first, queries);
            statistics += Collect(block, workspace);
            statistics += CollectedScan.Finish(
                this, block, 0, queries, new(in workspace), own: 0, rows.Slice(first * k, queries * k), scores.Slice(first * k, queries * k));
        }
        return statistics;
    }

    /// <inheritdoc/>
    public ScanStatistics Collect(in ScanRequest range, ScanWorkspace workspace)
    {
        Guard.Collect(range);
        int k = range.K, active = 0, queryBytes = arithmetic.QueryBytes(range.Items.Dimension);
        if (arithmetic.RowBytes(range.Items) == 0)
            return fallback.Collect(range, workspace);
        int groups = (range.QueryCount + PanelArguments.Lanes - 1) / PanelArguments.Lanes;
        Span<Lane> lanes = workspace.Panel.Lanes(range.QueryCount);
        Span<bool> passedOn = workspace.Marks(range.QueryCount);
        byte* plain = workspace.Panel.Plain.Reserve<byte>((long)groups * PanelArguments.Lanes * queryBytes);
        ReadOnlySpan<SurvivorBuffer> survivors = workspace.Buffers(range.QueryCount);
        long rescored = 0;
        int fetchRows = arithmetic.FetchRows(DenseQueries(range));
        for (int query = 0; query < range.QueryCount; query++)
        {
            if (RowFilter.IsSparse(range.Filter(query), range.FirstRow, range.RowCount, range.K, fetchRows))
            {
                rescored += ExactScan.Scan(range, query, workspace, workspace.Rows(k), workspace.Scores(k));
                survivors[query].Take(workspace.Rows(k), workspace.Scores(k));
                continue;
            }
            var lanePlain = new Span<byte>(plain + (long)active * queryBytes, queryBytes); // SAFETY: reserved for whole groups above
            passedOn[query] = !arithmetic.Prepare(range.Items, range.Query(query), ref lanes[active], lanePlain);
            if (passedOn[query])
                continue;
            lanes[active].Query = query;
            if (_certain is null)
                lanes[active].Margin = 1;
            active++;
        }
        if (active > 0)
            Panels(range, workspace, lanes[..active], survivors);
        foreach (Lane lane in lanes[..active])
            passedOn[lane.Query] = survivors[lane.Query].Crowded;
        rescored += PassedOn.Collect(fallback, range, workspace, passedOn);
        return new ScanStatistics((long)range.RowCount * range.QueryCount, rescored);
    }

    /// <summary>Queries that share a panel scan if all that might do: the fewer there are, the more it costs each of them.</summary>
    private int DenseQueries(in ScanRequest range)
    {
        if (!range.HasOwnFilters)
            return range.QueryCount; // all or none
        int dense = 0, fetchRows = arithmetic.FetchRows(range.QueryCount);
        for (int query = 0; query < range.QueryCount; query++)
            if (!RowFilter.IsSparse(range.Filter(query), range.FirstRow, range.RowCount, range.K, fetchRows))
                dense++;
        return dense;
    }

    private void Panels(
        in ScanRequest request, ScanWorkspace workspace, ReadOnlySpan<Lane> lanes, ReadOnlySpan<SurvivorBuffer> survivors)
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
            foreach (Lane lane in lanes)
                survivors[lane.Query].Start(request.K, room: 1, crowdedCount);
            foreach (int share in RowSample.Shares)
            {
                var sample = new RowSample(request.FirstRow, request.RowCount, request.K, share);
                if (_certain is null || !sample.Pays(lanes.Length))
                    continue;
                foreach (Lane lane in lanes)
                    survivors[lane.Query].Start(sample.Kept, room: 1, crowdedCount: int.MaxValue, survivors[lane.Query].Bar);
                var sampled = new PanelRun(request, workspace, arithmetic, codes, lanes, survivors, ahead: false);
                for (int step = 0; step < sample.Steps; step += panelRows / PanelRun.RowStep)
                    sampled.Sample(firstRow, blocks, sample, step, Math.Min(panelRows / PanelRun.RowStep, sample.Steps - step));
                foreach (Lane lane in lanes)
                    survivors[lane.Query].Start(
                        request.K, room: 1, crowdedCount, bar: survivors[lane.Query].NthBlockFloor(sample.Rank, PanelRun.RowStep, workspace));
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
