using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>The device memory of one block of queries, and the parameters of the kernels that share it.</summary>
internal sealed class DeviceScanState : IDisposable
{
    /// <summary>Room for hits: what the first range keeps whole, and the survivors of a range that is seven times as long.</summary>
    private const int CapacityFactor = 4;

    private readonly DeviceRows _rows;
    private readonly DeviceBuffer _queries, _values, _lanes, _bars, _allowed, _hits;
    private readonly int _queryCount, _capacity, _firstRow;
    private readonly long _allowedStride;

    /// <exception cref="DeviceException">There is not enough memory.</exception>
    public DeviceScanState(DeviceRows rows, in ScanRequest request, QueryLane[] lanes, byte[] layouts, int firstRows)
    {
        IDevice device = rows.Device;
        _rows = rows;
        (_queryCount, _firstRow) = (request.QueryCount, request.FirstRow);
        _capacity = CapacityFactor * firstRows;
        _queries = DeviceBuffer.Of<byte>(device, layouts);
        _values = DeviceBuffer.Of(device, request.Queries);
        _lanes = DeviceBuffer.Of<QueryLane>(device, lanes);
        float[] bars = new float[_queryCount];
        Array.Fill(bars, float.NegativeInfinity);
        _bars = DeviceBuffer.Of<float>(device, bars);
        _allowed = DeviceBuffer.Of(device, request.Allowed);
        int words = ScanRequest.FilterWords(rows.Rows);
        _allowedStride = request.Allowed.Length > words ? words : 0;
        _hits = new DeviceBuffer(device, 8L * _queryCount * _capacity);
        HitCounts = DeviceBuffer.Of<int>(device, new int[_queryCount]);
        Status = DeviceBuffer.Of<int>(device, new int[_queryCount]);
        Rows = new DeviceBuffer(device, 4L * _queryCount * request.K);
        Scores = new DeviceBuffer(device, 4L * _queryCount * request.K);
    }

    public DeviceBuffer HitCounts { get; }

    public DeviceBuffer Status { get; }

    public DeviceBuffer Rows { get; }

    public DeviceBuffer Scores { get; }

    public ScanParameters Scan(int firstRow, int endRow, bool dense) => new()
    {
        Rows = _rows.ScanRows, Blocks = _rows.Blocks, Queries = _queries.Address, Lanes = _lanes.Address, Bars = _bars.Address,
        Allowed = _allowed.Address, Hits = _hits.Address, HitCounts = HitCounts.Address, RowBytes = _rows.RowBytes,
        AllowedStride = _allowedStride, FirstRow = firstRow, EndRow = endRow, QueryCount = _queryCount, Capacity = _capacity,
        Dense = dense ? 1 : 0,
    };

    public RaiseBarParameters RaiseBar(int k) => new()
    {
        Blocks = _rows.Blocks, Lanes = _lanes.Address, Bars = _bars.Address, Hits = _hits.Address, HitCounts = HitCounts.Address,
        Status = Status.Address, K = k, Capacity = _capacity, FirstRow = _firstRow,
    };

    public RescoreParameters Rescore() => new()
    {
        Values = _rows.Values, Queries = _values.Address, Hits = _hits.Address, HitCounts = HitCounts.Address,
        Dimension = _rows.Dimension, ValueStride = _rows.ValueStride, QueryStride = _rows.Dimension, Capacity = _capacity,
    };

    public TakeBestParameters TakeBest(int k) => new()
    {
        Keys = _hits.Address, KeyCounts = HitCounts.Address, Bars = _bars.Address, Status = Status.Address, Rows = Rows.Address,
        Scores = Scores.Address, K = k, Capacity = _capacity,
    };

    public void Dispose()
    {
        foreach (DeviceBuffer buffer in (ReadOnlySpan<DeviceBuffer>)[_queries, _values, _lanes, _bars, _allowed, _hits, HitCounts, Status, Rows, Scores])
            buffer.Dispose();
    }
}
