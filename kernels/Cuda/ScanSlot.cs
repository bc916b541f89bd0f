using System.Runtime.InteropServices;

namespace Rubato.Kernels.Cuda;

/// <summary>One device's memory for a block of queries, its stream, and the sequence of work on it, recorded when a shape returns.</summary>
/// <remarks>
/// Device memory of a block: [bars f4][hit counts i4][status i4][lanes][queries as they are scanned][their values], each part at a multiple of 256 bytes; then the
/// hits, the filter, and what was found. The first three parts come back, with the k best of each query, or else the beginnings of the hits.
/// </remarks>
internal sealed unsafe class ScanSlot : IDisposable
{
    private const int PartAlignment = 256, RescoreBlocks = 16; // in one turn 512 survivors, twice what is usual at k = 100; a block without any ends at once

    private readonly CudaLane _lane;
    private readonly CudaStream _stream;
    private readonly CudaEvent _begun, _done;
    private CudaBuffer<byte>? _input;
    private CudaBuffer<ulong>? _hits, _filter;
    private HostBuffer<byte>? _inputHost, _outputHost;
    private HostBuffer<ulong>? _hitsHost, _filterHost;
    private CudaBuffer<int>? _found; // [queries, k] rows, then [queries, k] scores
    private HostBuffer<int>? _foundHost;
    private CudaGraph? _graph;
    private ScanBlock _block, _recorded;

    public ScanSlot(CudaLane lane)
    {
        _lane = lane;
        lane.Context.MakeCurrent();
        _stream = CudaStream.Create(lane.Context);
        try
        {
            _begun = CudaEvent.Create(lane.Context);
            _done = CudaEvent.Create(lane.Context);
        }
        catch
        {
            _begun?.Dispose();
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Seconds on the device from the first copy of a block, submitted with its begin marked, to the last copy of this one; both have been waited for.
    /// </summary>
    public double SecondsSince(ScanSlot first) => _done.SecondsSince(first._begun);

    /// <summary>[queries] to be filled before <see cref="Submit"/>.</summary>
    public Span<QueryLane> Lanes => MemoryMarshal.Cast<byte, QueryLane>(_inputHost!.Span.Slice(LanesAt, _block.Queries * QueryLane.Bytes));

    /// <summary>[queries, query bytes] to be filled before <see cref="Submit"/>.</summary>
    public Span<byte> Queries => _inputHost!.Span.Slice(QueriesAt, _block.Queries * _block.Rows.QueryBytes);

    /// <summary>[queries, value stride] to be filled before <see cref="Submit"/> where the device finishes.</summary>
    public Span<float> Values => MemoryMarshal.Cast<byte, float>(_inputHost!.Span[ValuesAt..InputBytes]);

    /// <summary>[filter length of the block] to be filled before <see cref="Submit"/>.</summary>
    public Span<ulong> Filter => _block.FilterLength == 0 ? [] : _filterHost!.Span[.._block.FilterLength];

    /// <summary>Rows below these bars were dropped; there after <see cref="Wait"/>, like everything below.</summary>
    public ReadOnlySpan<float> Bars => Output<float>(0);

    /// <summary>Whether the device has an answer for a query: all hits were kept, and the bar is proven or all of them came back.</summary>
    public bool IsWhole(int query) => Output<int>(2)[query] == 0 && (_block.Finished || Survivors(query) <= _block.Returned);

    /// <summary>Survivors of a query.</summary>
    public int Survivors(int query) => Output<int>(1)[query];

    /// <summary>[k] rows of a query that the device has finished.</summary>
    public ReadOnlySpan<int> FoundRows(int query) => _foundHost!.Span.Slice(query * _block.K, _block.K);

    /// <summary>[k] their scores.</summary>
    public ReadOnlySpan<float> FoundScores(int query) =>
        MemoryMarshal.Cast<int, float>(_foundHost!.Span.Slice((_block.Queries + query) * _block.K, _block.K));

    /// <summary>The survivors of a query as <see cref="Selection.RankKey"/>s of their approximate scores.</summary>
    public ReadOnlySpan<ulong> Hits(int query) => _hitsHost!.Span.Slice(query * _block.Returned, Survivors(query));

    private int PartBytes => Aligned(_block.Queries * sizeof(int));

    private int LanesAt => 3 * PartBytes;

    private int QueriesAt => LanesAt + Aligned(_block.Queries * QueryLane.Bytes);

    private int ValuesAt => QueriesAt + Aligned(_block.Queries * _block.Rows.QueryBytes);

    private int InputBytes => ValuesAt + (_block.Finished ? _block.Queries * _block.Rows.ValueStride * sizeof(float) : 0);

    private int FoundLength => _block.Finished ? 2 * _block.Queries * _block.K : 0;

    /// <summary>Gets ready for a block; memory grows where it is too small.</summary>
    public void Begin(in ScanBlock block)
    {
        lock (_lane.Gate) // another thread may be freeing the rows of the block before
        {
            if (block == _block) return;
            _block = block;
            try
            {
                Grow();
            }
            catch
            {
                _block = default; // memory of this size is not there
                throw;
            }
        }
    }

    /// <summary>Submits the block; its inputs may not change until <see cref="Wait"/> has returned.</summary>
    /// <param name="marksBegin">for <see cref="SecondsSince"/>, which costs a call</param>
    public void Submit(bool marksBegin)
    {
        _inputHost!.Span[..LanesAt].Clear(); // hit counts and status start at 0
        MemoryMarshal.Cast<byte, float>(_inputHost.Span[..(_block.Queries * sizeof(float))]).Fill(float.NegativeInfinity);
        lock (_lane.Gate)
        {
            _lane.Context.MakeCurrent();
            if (_recorded == _block && _graph is null) _graph = _stream.Capture(Work); // the shape has returned
            if (_recorded != _block) Forget();
            if (marksBegin) _begun.Record(_stream);
            if (_graph is not null) _graph.Launch(_stream);
            else Work();
            _recorded = _block;
            _done.Record(_stream);
        }
    }

    /// <summary>Waits for the block.</summary>
    public void Wait()
    {
        _lane.Context.MakeCurrent();
        _done.Synchronize();
    }

    /// <summary>Forgets rows that are about to be freed, which nobody scans; others may be scanned here at this moment.</summary>
    public void Forget(HeldPart rows)
    {
        lock (_lane.Gate)
        {
            if (_recorded.Rows == rows) Forget();
            if (_block.Rows == rows) _block = default;
        }
    }

    public void Dispose()
    {
        Forget();
        foreach (IDisposable? part in (ReadOnlySpan<IDisposable?>)[_input, _hits, _filter, _found, _foundHost, _inputHost, _outputHost, _hitsHost, _filterHost, _begun, _done, _stream])
            part?.Dispose();
    }

    private static int Aligned(int bytes) => (bytes + PartAlignment - 1) / PartAlignment * PartAlignment;

    private ReadOnlySpan<T> Output<T>(int part) where T : unmanaged =>
        MemoryMarshal.Cast<byte, T>(_outputHost!.Span.Slice(part * PartBytes, _block.Queries * sizeof(T)));

    private void Forget()
    {
        _graph?.Dispose();
        _graph = null;
        _recorded = default;
    }

    private void Grow()
    {
        _lane.Context.MakeCurrent();
        Grow(ref _input, ref _inputHost, InputBytes, InputBytes, "a block of queries");
        Grow(ref _hits, ref _hitsHost, (long)_block.Queries * _block.Capacity, _block.Finished ? 0 : _block.Queries * _block.Returned, "the hits of a block of queries");
        Grow(ref _found, ref _foundHost, FoundLength, FoundLength, "the results of a block of queries");
        Grow(ref _filter, ref _filterHost, _block.FilterLength, _block.FilterLength, "row filters");
        if (_outputHost is not null && _outputHost.Length >= LanesAt) return;
        Forget();
        _outputHost?.Dispose();
        _outputHost = null;
        _outputHost = HostBuffer<byte>.Allocate(_lane.Context, LanesAt);
    }

    private void Grow<T>(ref CudaBuffer<T>? device, ref HostBuffer<T>? host, long deviceLength, int hostLength, string purpose) where T : unmanaged
    {
        if (deviceLength > (device?.Length ?? 0))
        {
            Forget(); // the recording holds the address
            device?.Dispose();
            device = null;
            device = CudaBuffer<T>.Allocate(_lane.Context, deviceLength, purpose);
        }
        if (hostLength > (host?.Length ?? 0))
        {
            Forget();
            host?.Dispose();
            host = null;
            host = HostBuffer<T>.Allocate(_lane.Context, hostLength);
        }
    }

    /// <summary>The fixed sequence: inputs up, a scan and a raising of the bars for each step, results down.</summary>
    private void Work()
    {
        ScanBlock block = _block;
        _input!.CopyFrom(_inputHost!, InputBytes, _stream);
        if (block.FilterLength > 0) _filter!.CopyFrom(_filterHost!, block.FilterLength, _stream);
        var scan = new ScanParameters
        {
            Rows = block.Rows.RowsAddress,
            Blocks = block.Rows.BlocksAddress,
            Queries = _input.Address + QueriesAt,
            Lanes = _input.Address + LanesAt,
            Bars = _input.Address,
            Allowed = block.FilterStride < 0 ? 0 : _filter!.Address - block.FirstRow / 64 * (long)sizeof(ulong),
            Hits = _hits!.Address,
            HitCounts = _input.Address + PartBytes,
            RowBytes = block.Rows.RowBytes,
            AllowedStride = Math.Max(0, block.FilterStride),
            QueryCount = block.Queries,
            Capacity = block.Capacity,
        };
        var raise = new RaiseBarParameters
        {
            Blocks = scan.Blocks,
            Lanes = scan.Lanes,
            Bars = scan.Bars,
            Hits = scan.Hits,
            HitCounts = scan.HitCounts,
            Status = _input.Address + 2 * PartBytes,
            K = block.K,
            Capacity = block.Capacity,
            FirstRow = block.FirstRow,
        };
        Span<ScanStep> steps = stackalloc ScanStep[ScanStep.StepsMax];
        ScanShape shape = block.Rows.Format.Shape(block.Queries);
        foreach (ScanStep step in steps[..ScanStep.Plan(block, steps)])
        {
            (scan.FirstRow, scan.EndRow, scan.Dense) = (step.FirstRow, step.EndRow, step.Dense ? 1 : 0);
            (int x, int y) = shape.Grid(step.EndRow - step.FirstRow, block.Queries, _lane.Device.Multiprocessors);
            _lane.Kernel(shape).Launch(_stream, x, scan, y);
            _lane.RaiseBar.Launch(_stream, block.Queries, raise);
        }
        if (block.Finished) FinishWork(raise);
        _input.CopyTo(_outputHost!, LanesAt, _stream);
        if (block.Finished) _found!.CopyTo(_foundHost!, FoundLength, _stream);
        else _hits.CopyRowsTo(_hitsHost!, block.Queries, block.Capacity, block.Returned, _stream);
    }

    /// <summary>Survivors are scored by the definition, and the k best sorted.</summary>
    private void FinishWork(in RaiseBarParameters raise)
    {
        _lane.Rescore.Launch(_stream, RescoreBlocks, new RescoreParameters
        {
            Values = _block.Rows.ValuesAddress,
            Queries = _input!.Address + ValuesAt,
            Hits = raise.Hits,
            HitCounts = raise.HitCounts,
            Dimension = _block.Rows.Dimension,
            ValueStride = _block.Rows.ValueStride,
            QueryStride = _block.Rows.ValueStride,
            Capacity = raise.Capacity,
        }, blocksY: _block.Queries);
        _lane.TakeBest.Launch(_stream, _block.Queries, new TakeBestParameters
        {
            Keys = raise.Hits,
            KeyCounts = raise.HitCounts,
            Bars = raise.Bars,
            Status = raise.Status,
            Rows = _found!.Address,
            Scores = _found.Address + (long)_block.Queries * _block.K * sizeof(int),
            K = _block.K,
            Capacity = raise.Capacity,
        });
    }
}
