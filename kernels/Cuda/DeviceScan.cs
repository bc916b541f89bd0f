using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>
/// Exact top-k on a device: a fixed sequence of launches. The first rows are kept whole and give a bar; ranges that grow eightfold are
/// scanned against it, and after each the bar rises and what has lost is dropped; what is left is scored by the definition and sorted.
/// </summary>
/// <param name="rows">the rows on the device</param>
/// <param name="fallback">answers queries that the device cannot: bounds that do not hold, too many survivors, an unproven bar</param>
internal sealed class DeviceScan(DeviceRows rows, IScanKernel fallback)
{
    /// <summary>Queries of one pass; their hits take at most 512 MB.</summary>
    private const int BlockQueries = 1024;

    private const int FirstRowsMin = 4096, Growth = 8, RescoreBlocks = 8;

    /// <summary>Top-k of every query; shapes have been checked, and the request's rows are those on the device.</summary>
    public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> resultRows, Span<float> resultScores)
    {
        long rescored = 0;
        for (int first = 0, k = request.K; first < request.QueryCount; first += BlockQueries)
        {
            int queries = Math.Min(BlockQueries, request.QueryCount - first);
            Span<int> blockRows = resultRows.Slice(first * k, queries * k);
            rescored += Block(request.Slice(first, queries), workspace, blockRows, resultScores.Slice(first * k, queries * k));
        }
        return new ScanStatistics((long)request.RowCount * request.QueryCount, rescored);
    }

    private long Block(in ScanRequest request, ScanWorkspace workspace, Span<int> resultRows, Span<float> resultScores)
    {
        int queries = request.QueryCount, k = request.K;
        bool[] passedOn = new bool[queries];
        byte[] layouts = new byte[(long)queries * rows.QueryBytes];
        var lanes = new QueryLane[queries];
        for (int query = 0; query < queries; query++)
            passedOn[query] = !rows.Prepare(request.Query(query), ref lanes[query], layouts.AsSpan(query * rows.QueryBytes, rows.QueryBytes));
        int[] counts = new int[queries];
        if (Array.IndexOf(passedOn, false) >= 0 && request.RowCount > 0)
        {
            using var state = new DeviceScanState(rows, request, lanes, layouts, FirstRows(k));
            Launch(request, state);
            int[] status = new int[queries];
            state.Rows.Download(resultRows);
            state.Scores.Download(resultScores);
            state.Status.Download<int>(status);
            state.HitCounts.Download<int>(counts);
            for (int query = 0; query < queries; query++) passedOn[query] |= status[query] != 0;
        }
        else Array.Fill(passedOn, true);
        long rescored = 0;
        for (int query = 0; query < queries; query++)
            rescored += !passedOn[query] ? counts[query]
                : fallback.Scan(request.Slice(query, 1), workspace, resultRows.Slice(query * k, k), resultScores.Slice(query * k, k)).Rescored;
        return rescored;
    }

    /// <summary>Rows that are kept whole: enough to hold k floors with some certainty.</summary>
    private static int FirstRows(int k) => Math.Max(FirstRowsMin, (2 * k + 63) / 64 * 64);

    private void Launch(in ScanRequest request, DeviceScanState state)
    {
        IDevice device = rows.Device;
        int queries = request.QueryCount, end = request.FirstRow + request.RowCount, first = request.FirstRow;
        ScanShape scan = rows.Format.Shape(queries);
        RaiseBarParameters raise = state.RaiseBar(request.K);
        long length = FirstRows(request.K);
        for (int next; first < end; first = next)
        {
            bool dense = first == request.FirstRow;
            next = (int)Math.Min(first + length, end);
            (int x, int y) = scan.Grid(next - first, queries, device.Multiprocessors);
            device.Launch(scan.Entry, x, y, state.Scan(first, next, dense));
            device.Launch("raise_bar", queries, 1, raise);
            length *= dense ? Growth - 1 : Growth;
        }
        device.Launch("rescore", RescoreBlocks, queries, state.Rescore());
        device.Launch("take_best", queries, 1, state.TakeBest(request.K));
    }
}
