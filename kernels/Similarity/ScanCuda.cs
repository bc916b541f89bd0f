using Rubato.Kernels.Cuda;

namespace Rubato.Kernels.Similarity;

/// <summary>
/// The scan on CUDA devices, of rows in one of three formats. They find the survivors of each query, whose bounds are proven as on the CPU, and
/// finish them by the definition of a score; where int8 rows leave no room for the values, the CPU does. Rows and scores are bit-identical either way.
/// </summary>
/// <remarks>
/// Rows that are held stay on the devices, an equal range on each; others are copied for the one scan, which is for tests. Two blocks of queries
/// are under way at a time, so that copies, and what the CPU finishes, hide behind the scan of the next. Whatever fails on a device, the CPU answers the request.
/// </remarks>
internal sealed class ScanCuda : IScanKernel, IDeviceScan, IDisposable
{
    /// <summary>What the names of the variants begin with.</summary>
    public const string NamePrefix = "cuda-";

    /// <summary>Formats that devices scan, that of the default variant first.</summary>
    public static readonly ScanFormat[] Formats = [ScanFormat.Int8, ScanFormat.Half, ScanFormat.Single];

    private const int FlightsMax = 2;
    private readonly Lock _gate = new(), _uploads = new();
    private readonly List<Holding> _holdings = [];
    private readonly Stack<ScanFlight> _idle = new(FlightsMax);
    private readonly SemaphoreSlim _free = new(FlightsMax);
    private readonly List<ScanFlight> _flights = [];
    private long _deviceQueries, _passedOnQueries;

    /// <param name="machine">the devices; disposed with the scan, so variants that share them live as long as the process</param>
    /// <param name="format">how rows are held</param>
    /// <param name="fallback">the CPU's variant</param>
    public ScanCuda(CudaMachine machine, ScanFormat format, IScanKernel fallback)
    {
        Machine = machine;
        Format = format;
        Fallback = fallback;
    }

    /// <inheritdoc/>
    public event Action<string>? Degraded;

    /// <summary>The devices.</summary>
    public CudaMachine Machine { get; }

    /// <summary>How rows are held.</summary>
    public ScanFormat Format { get; }

    /// <summary>Whether scans are timed on the devices, which costs each another call.</summary>
    public bool Times { get; set; }

    /// <summary>
    /// Seconds on the devices from the first copy of the last scan to its last, while <see cref="Times"/> is on and one thread scans. Blocks of queries
    /// overlap, so that theirs do not add up to it. 0 where the devices did nothing.
    /// </summary>
    public double DeviceSeconds { get; private set; }

    /// <summary>The CPU's variant.</summary>
    public IScanKernel Fallback { get; }

    /// <inheritdoc/>
    public string Name => NameOf(Format);

    /// <inheritdoc/>
    public bool ReadsCodes => Format.ReadsCodes;

    /// <inheritdoc/>
    public string Devices => string.Join(", ", Machine.Lanes.Select(lane => lane.Device.Name));

    /// <inheritdoc/>
    public string? Lost { get; private set; }

    /// <inheritdoc/>
    public long DeviceQueries => Interlocked.Read(ref _deviceQueries);

    /// <inheritdoc/>
    public long PassedOnQueries => Interlocked.Read(ref _passedOnQueries);

    /// <inheritdoc/>
    /// <remarks>Several holdings of one matrix share its copy. A matrix that does not fit is refused by <see cref="Degraded"/>, and scanned by the CPU.</remarks>
    public IDisposable? Hold(in ItemMatrix items, int threads)
    {
        if (!CanHold(items) || Lost is not null) return null;
        lock (_uploads)
        {
            Holding? holding = Taken(items);
            if (holding is null)
            {
                holding = new Holding(this, items) { Count = 1 };
                try
                {
                    holding.Rows = HeldRows.Upload(Machine, items, Format, 0, items.Rows);
                }
                catch (DeviceException failure)
                {
                    Degrade(failure);
                }
                lock (_gate) _holdings.Add(holding);
            }
            return new Release(holding);
        }
    }

    /// <inheritdoc/>
    public bool TakesWhole(in ScanRequest request)
    {
        if (Lost is not null) return false;
        lock (_gate) return Find(request.Items)?.Rows is not null;
    }

    /// <inheritdoc/>
    public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
    {
        Guard.Scan(request, rows.Length, scores.Length);
        if (CanHold(request.Items) && request.RowCount > 0 && request.QueryCount > 0 && Lost is null)
        {
            Holding? holding = Taken(request.Items); // not freed under this scan
            try
            {
                if (holding is null) return Copied(request, workspace, rows, scores);
                if (holding.Rows is { } held) return Flights(held, request, workspace, rows, scores);
            }
            catch (DeviceException failure)
            {
                Degrade(failure);
            }
            finally
            {
                holding?.Release();
            }
        }
        Interlocked.Add(ref _passedOnQueries, request.QueryCount);
        return Fallback.Scan(request, workspace, rows, scores);
    }

    /// <summary>Queries from which on a held matrix is scanned quicker here than by the CPU; 0 where nobody has measured.</summary>
    public int QueriesMin(in ItemMatrix items)
    {
        lock (_gate) return Find(items)?.QueriesMin ?? 0;
    }

    /// <summary>Keeps what was measured for a held matrix.</summary>
    public void SetQueriesMin(in ItemMatrix items, int queries)
    {
        lock (_gate)
            if (Find(items) is { } holding) holding.QueriesMin = queries;
    }

    /// <summary>Frees all memory of the devices. No scan may be running, or run again.</summary>
    public void Dispose()
    {
        foreach (ScanFlight flight in _flights) flight.Dispose();
        foreach (Holding holding in _holdings) holding.Rows?.Dispose();
        Machine.Dispose();
        _free.Dispose();
    }

    /// <summary>Name of the variant of a format.</summary>
    public static string NameOf(ScanFormat format) => NamePrefix + format.Name;

    /// <summary>Whether a matrix has rows of the format.</summary>
    private bool CanHold(in ItemMatrix items) => Format.ReadsCodes ? items.Quantised.Rows > 0 : items.Rows > 0;

    /// <summary>Copies the rows for one scan.</summary>
    private ScanStatistics Copied(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
    {
        HeldRows held = HeldRows.Upload(Machine, request.Items, Format, request.FirstRow, request.FirstRow + request.RowCount);
        try
        {
            return Flights(held, request, workspace, rows, scores);
        }
        finally
        {
            Free(held);
        }
    }

    private ScanStatistics Flights(HeldRows held, in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
    {
        int k = request.K, words = request.HasOwnFilters ? ScanRequest.FilterWords(request.Items.Rows) : 0, blockQueries = ScanBlock.QueriesFor(k, words);
        long rescored = 0, passedOn = 0;
        DeviceSeconds = 0;
        ScanFlight? flying = null, next = null, opener = null;
        try
        {
            for (int first = 0; first < request.QueryCount; first += blockQueries)
            {
                int queries = Math.Min(blockQueries, request.QueryCount - first);
                next = Rent(wait: flying is null);
                if (next is null) // the other flight is somebody else's
                {
                    rescored += Finish(flying!, opener, request, workspace, rows, scores, ref passedOn);
                    (next, flying) = (flying, null);
                }
                rescored += next!.Submit(held, request.Slice(first, queries), first, workspace, rows.Slice(first * k, queries * k),
                    scores.Slice(first * k, queries * k), marksBegin: Times && opener is null);
                if (Times && next.OnDevices) opener ??= next;
                if (flying is not null)
                {
                    rescored += Finish(flying, opener, request, workspace, rows, scores, ref passedOn);
                    Return(flying);
                }
                (flying, next) = (next, null);
            }
            rescored += Finish(flying!, opener, request, workspace, rows, scores, ref passedOn);
        }
        finally
        {
            Land(flying);
            Land(next);
        }
        Interlocked.Add(ref _deviceQueries, request.QueryCount - passedOn);
        Interlocked.Add(ref _passedOnQueries, passedOn);
        return new ScanStatistics((long)request.RowCount * request.QueryCount, rescored);
    }

    private long Finish(ScanFlight flight, ScanFlight? opener, in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores, ref long passedOn)
    {
        int k = request.K, first = flight.First, count = flight.Queries;
        long rescored = flight.Finish(
            request.Slice(first, count), Fallback, workspace, rows.Slice(first * k, count * k), scores.Slice(first * k, count * k), ref passedOn);
        if (opener is not null && flight.OnDevices) DeviceSeconds = flight.SecondsSince(opener);
        return rescored;
    }

    /// <summary>A flight for one block of queries; null where none is free and the caller does not wait.</summary>
    private ScanFlight? Rent(bool wait)
    {
        if (!_free.Wait(wait ? Timeout.Infinite : 0)) return null;
        lock (_gate)
        {
            if (_idle.TryPop(out ScanFlight? idle)) return idle;
        }
        try
        {
            var flight = new ScanFlight(Machine);
            lock (_gate) _flights.Add(flight);
            return flight;
        }
        catch
        {
            _free.Release();
            throw;
        }
    }

    private void Return(ScanFlight flight)
    {
        lock (_gate) _idle.Push(flight);
        _free.Release();
    }

    /// <summary>Waits for a flight and returns it, whatever became of it.</summary>
    private void Land(ScanFlight? flight)
    {
        if (flight is null) return;
        try
        {
            flight.Wait();
        }
        catch (DeviceException failure)
        {
            Degrade(failure);
        }
        Return(flight);
    }

    /// <summary>The holding of a matrix, with one more share of it; null where there is none.</summary>
    private Holding? Taken(in ItemMatrix items)
    {
        lock (_gate)
        {
            Holding? holding = Find(items);
            if (holding is not null) holding.Count++;
            return holding;
        }
    }

    /// <summary>The holding of a matrix; the caller holds the gate.</summary>
    private Holding? Find(in ItemMatrix items)
    {
        foreach (Holding holding in _holdings)
            if (holding.Holds(items)) return holding;
        return null;
    }

    private void Free(HeldRows rows)
    {
        lock (_gate)
            foreach (ScanFlight flight in _flights) flight.Forget(rows);
        rows.Dispose();
    }

    /// <summary>Too little memory fails one matrix or request; after anything else the device is not to be trusted with another.</summary>
    private void Degrade(DeviceException failure)
    {
        string message = failure.Message;
        if (failure is not CudaException { IsOutOfMemory: true })
        {
            if (Lost is not null) return; // said already
            Lost = message;
            message += "; the CPU takes over until the process is started again";
        }
        Degraded?.Invoke(message);
    }

    /// <summary>A matrix that is held: where its memory is, and its rows on the devices, or none where they did not fit.</summary>
    private sealed class Holding
    {
        private readonly ScanCuda _owner;
        private readonly nint _memory;
        private readonly int _rows, _dimension;

        public Holding(ScanCuda owner, in ItemMatrix items) =>
            (_owner, _memory, _rows, _dimension) = (owner, owner.Format.AddressOf(items), items.Rows, items.Dimension);

        public HeldRows? Rows { get; set; }

        /// <summary>Callers that share it, and scans that read it.</summary>
        public int Count { get; set; }

        /// <summary>Batches of fewer queries are quicker on the CPU; 0 while nobody knows.</summary>
        public int QueriesMin { get; set; }

        public bool Holds(in ItemMatrix items) => _memory == _owner.Format.AddressOf(items) && _rows == items.Rows && _dimension == items.Dimension;

        public void Release()
        {
            lock (_owner._gate)
            {
                if (--Count > 0) return;
                _owner._holdings.Remove(this);
            }
            if (Rows is { } held) _owner.Free(held);
        }
    }

    /// <summary>One caller's share of a holding.</summary>
    private sealed class Release(Holding holding) : IDisposable
    {
        private Holding? _holding = holding;

        public void Dispose() => Interlocked.Exchange(ref _holding, null)?.Release();
    }
}
