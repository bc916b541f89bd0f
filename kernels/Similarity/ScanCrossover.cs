using System.Diagnostics;

namespace Rubato.Kernels.Similarity;

/// <summary>Sends small batches to the CPU where it answers them quicker than the devices, which is measured once for each matrix that is held.</summary>
internal sealed class ScanCrossover(ScanCuda devices) : IScanKernel, IDeviceScan
{
    private const int QueriesMax = 64, K = 100, Rounds = 3, WarmUpRounds = 2; // the second round of a shape records it

    /// <summary>A device at rest runs at a fraction of its clock, and takes a while to leave it.</summary>
    private const double WarmUpSeconds = 0.2;

    private readonly IScanKernel _cpu = devices.Fallback;

    /// <inheritdoc/>
    public event Action<string>? Degraded
    {
        add => devices.Degraded += value;
        remove => devices.Degraded -= value;
    }

    /// <inheritdoc/>
    public string Name => devices.Name;

    /// <inheritdoc/>
    public bool ReadsCodes => devices.ReadsCodes;

    /// <inheritdoc/>
    public string Devices => devices.Devices;

    /// <inheritdoc/>
    public string? Lost => devices.Lost;

    /// <inheritdoc/>
    public long DeviceQueries => devices.DeviceQueries;

    /// <inheritdoc/>
    public long PassedOnQueries => devices.PassedOnQueries;

    /// <inheritdoc/>
    public IDisposable? Hold(in ItemMatrix items, int threads)
    {
        IDisposable? held = devices.Hold(items, threads);
        if (held is not null && devices.QueriesMin(items) == 0) devices.SetQueriesMin(items, Measure(items, threads));
        return held;
    }

    /// <inheritdoc/>
    public bool TakesWhole(in ScanRequest request) => devices.TakesWhole(request) && devices.QueriesMin(request.Items) <= request.QueryCount;

    /// <inheritdoc/>
    public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores) =>
        TakesWhole(request) ? devices.Scan(request, workspace, rows, scores) : _cpu.Scan(request, workspace, rows, scores);

    /// <inheritdoc/>
    public ScanStatistics Collect(in ScanRequest range, ScanWorkspace workspace) => _cpu.Collect(range, workspace);

    /// <inheritdoc/>
    public IScanKernel Certain => _cpu.Certain;

    /// <summary>The smallest batch, 1, 2, 4 … <see cref="QueriesMax"/>, that the devices answer quicker than the CPU on all its threads.</summary>
    private int Measure(in ItemMatrix items, int threads)
    {
        var workspace = new ScanWorkspace();
        int k = Math.Min(K, items.Rows), dimension = items.Dimension;
        float[] queries = new float[QueriesMax * dimension], scores = new float[QueriesMax * k];
        int[] rows = new int[scores.Length];
        for (int query = 0; query < QueriesMax; query++) // rows, spread over the matrix, stand for queries
            items.Row((int)((long)items.Rows * query / QueriesMax)).CopyTo(queries.AsSpan(query * dimension));
        var one = new ScanRequest { Items = items, Queries = queries.AsSpan(0, dimension), K = k, RowCount = items.Rows };
        for (long begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun).TotalSeconds < WarmUpSeconds;) Seconds(devices, one);
        for (int count = 1; count <= QueriesMax; count *= 2)
        {
            ScanRequest request = one with { Queries = queries.AsSpan(0, count * dimension) };
            if (Seconds(devices, request) < Seconds(_cpu, request) / threads) return count;
        }
        return int.MaxValue;

        double Seconds(IScanKernel kernel, in ScanRequest request)
        {
            double best = double.PositiveInfinity;
            for (int round = -WarmUpRounds; round < Rounds; round++)
            {
                long begun = Stopwatch.GetTimestamp();
                kernel.Scan(request, workspace, rows.AsSpan(0, request.QueryCount * k), scores.AsSpan(0, request.QueryCount * k));
                if (round >= 0) best = Math.Min(best, Stopwatch.GetElapsedTime(begun).TotalSeconds);
            }
            return best;
        }
    }
}
