namespace Rubato;

/// <summary>A version of a model in service: loaded, warmed, tested, with a queue and threads of its own.</summary>
/// <remarks>
/// Whoever uses it holds it: <see cref="ModelHost.TryHold(ReadOnlySpan{char}, int, ReadOnlySpan{char}, ulong, out ModelGeneration?)"/> hands it out
/// held, <see cref="Release"/> gives it back, and a work that was accepted holds it until it is done. Once the host has let go of it and
/// nobody holds it any more it is freed.
/// </remarks>
public sealed class ModelGeneration
{
    private readonly LoadedModel _model;
    private readonly Action<ModelGeneration> _drained;
    private readonly Action<ModelLogLevel, string>? _log;
    private readonly ModelQueue _queue;
    private ModelWorker[] _workers = [];
    private ModelBatch?[] _batches;
    private readonly Stack<ModelBatch> _spare = [];
    private int _holds = 1; // the host's

    /// <param name="model">owned from here on</param> <param name="batches">one for each thread, owned too; null for a model that does not come in rows</param>
    /// <param name="bytes">what the budget counts it for</param> <param name="drained">called once, on any thread, when nobody holds it any more</param>
    /// <param name="log">hears of faults, on any thread; null drops them</param>
    internal ModelGeneration(LoadedModel model, ModelBatch?[] batches, long bytes, Action<ModelGeneration> drained, Action<ModelLogLevel, string>? log)
    {
        (_model, _batches, Bytes, _drained, _log) = (model, batches, bytes, drained, log);
        _queue = new ModelQueue(model.Manifest, batches[0]?.RowsMax ?? int.MaxValue, mixes: batches[0] is { SharesInputs: false });
    }

    /// <summary>The model.</summary>
    public string Name => _model.Name;

    /// <summary>The version, which is the generation that answers name.</summary>
    public int Version => _model.Version;

    /// <summary>Its model.json.</summary>
    public ModelManifest Manifest => _model.Manifest;

    /// <summary>The model itself, for runs outside the queue by whoever holds this.</summary>
    public ModelSession Session => _model.Session;

    /// <summary>Bytes that the memory budget counts it for.</summary>
    public long Bytes { get; }

    /// <summary>Largest error of its self-test.</summary>
    public double SelfTestError => _model.SelfTestError;

    /// <summary>What it has done.</summary>
    public ModelCounters Counters { get; } = new();

    /// <summary>Rows that wait.</summary>
    public int QueueRows => _queue.Rows;

    /// <summary>Whether works in rows can be submitted; a model whose tensors make no rows takes only works that run alone.</summary>
    public bool TakesRows => _batches[0] is not null;

    /// <summary>A batch of one of its threads, for the shapes of its columns only.</summary>
    internal ModelBatch? Shape => _batches[0];

    /// <summary>The comparison for which some of its runs are repeated on another version; null for none.</summary>
    internal ShadowTrial? Trial { get; set; }

    /// <summary>A batch of the size that model.json permits, for runs outside the queue; dispose it before releasing this.</summary>
    public ModelBatch CreateBatch() => _model.CreateBatch();

    /// <summary>Lends a batch for runs outside the queue, to be given back before the hold is.</summary>
    internal ModelBatch RentBatch()
    {
        lock (_spare)
            if (_spare.TryPop(out ModelBatch? batch)) return batch;
        return CreateBatch();
    }

    /// <summary>Takes a batch back.</summary>
    internal void ReturnBatch(ModelBatch batch)
    {
        lock (_spare) _spare.Push(batch);
    }

    /// <summary>Gives a work to the model. An accepted work holds this until it is done; one that is refused leaves the hold to the caller.</summary>
    /// <param name="work">its <see cref="ModelWork.Done"/> is called if and only if it is accepted</param>
    /// <param name="retryAfterMilliseconds">where it is refused: when there should be room again</param>
    /// <returns>false where the queue is full</returns>
    public bool TrySubmit(ModelWork work, out int retryAfterMilliseconds)
    {
        retryAfterMilliseconds = 0;
        if (_queue.TryAdd(work)) return true;
        Counters.CountShed();
        double perSecond = Counters.RowsPerSecond * _workers.Length;
        retryAfterMilliseconds = perSecond > 0 ? (int)Math.Clamp(1000 * QueueRows / perSecond, 1, 10_000) : 10;
        return false;
    }

    /// <summary>Gives back a hold.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holds) == 0) _drained(this);
    }

    /// <summary>One more hold; false where it is on its way out.</summary>
    internal bool TryHold()
    {
        for (int holds = Volatile.Read(ref _holds); holds > 0; holds = Volatile.Read(ref _holds))
            if (Interlocked.CompareExchange(ref _holds, holds + 1, holds) == holds) return true;
        return false;
    }

    /// <summary>Starts its threads. They inherit the caller's priority, so this is not for the thread that loads.</summary>
    internal void Start() => _workers = [.. _batches.Select((batch, index) => new ModelWorker(this, _queue, batch, index))];

    /// <summary>A work is over.</summary>
    internal void End(ModelWork work)
    {
        ModelOutcome outcome = work.Judge();
        Counters.CountEnd(outcome);
        try
        {
            work.Done(this, outcome);
        }
        catch (Exception fault) // of whoever submitted it: the model and its threads go on
        {
            _log?.Invoke(ModelLogLevel.Error, $"model {Name}/{Version}: the answer to a request failed: {DataFileException.Describe(fault)}");
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Ends its threads and frees the model; nobody holds it any more.</summary>
    internal void Free()
    {
        _queue.Close();
        foreach (ModelWorker worker in _workers) worker.Join(); // each disposes its batch
        if (_workers.Length == 0)
            foreach (ModelBatch? batch in _batches) batch?.Dispose();
        foreach (ModelBatch batch in _spare) batch.Dispose();
        (_batches, _workers) = ([null], []);
        _spare.Clear();
        _model.Dispose();
    }
}
