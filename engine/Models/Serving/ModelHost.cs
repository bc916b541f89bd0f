using System.Collections.Concurrent;
using System.Diagnostics;

namespace Rubato;

/// <summary>A repository of models in service: watches the folder, loads, compares, moves labels, and hands out what requests ask for.</summary>
/// <remarks>
/// Everything that changes is changed by one thread, the keeper; requests see immutable routes that it replaces. A version that a label leaves
/// serves who holds it to the end and is then freed.
/// </remarks>
public sealed class ModelHost : IDisposable
{
    private const int DrainSecondsMax = 10;
    private readonly ModelHostOptions _options;
    private readonly ModelKeeper _keeper;
    private readonly BlockingCollection<Action> _orders = [];
    private readonly Thread _thread;
    private Dictionary<string, ModelRoute> _routes = [];
    private IReadOnlyList<ModelInfo> _models = [];
    private long _warned = -1000;
    private volatile bool _stopping;

    private ModelHost(ModelRepository repository, ModelHostOptions options)
    {
        _options = options;
        Path = repository.Path;
        // The first timer of a process starts the thread of all timers, which must not inherit a loading thread's low priority.
        using var first = new Timer(static _ => { }, null, 1, Timeout.Infinite);
        _keeper = new ModelKeeper(repository, options, generation => Give(() => _keeper!.Free(generation)), () => Give(static () => { }), Publish);
        _keeper.Look(settleAtOnce: true);
        _keeper.Settle();
        _thread = new Thread(Keep) { Name = "models", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The repository's folder.</summary>
    public string Path { get; }

    /// <summary>Every model and version as of now.</summary>
    public IReadOnlyList<ModelInfo> Models => Volatile.Read(ref _models);

    /// <summary>Bytes that loaded models take, by the budget's reckoning.</summary>
    public long MemoryBytes { get; private set; }

    /// <summary>Opens a repository and loads every version that a label stands for, or that asks for one; then watches it.</summary>
    /// <param name="runtime">outlives the host</param> <param name="path">the repository's folder</param> <param name="options">null for the defaults</param>
    /// <exception cref="ModelException">There is no such folder. What is wrong with single models is told by <see cref="Models"/> and the log.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option lies outside its documented range.</exception>
    public static ModelHost Open(ModelRuntime runtime, string path, ModelHostOptions? options = null) =>
        new(ModelRepository.Open(runtime, path), (options ?? new ModelHostOptions()).Validated());

    /// <summary>Finds a loaded version and holds it; the caller releases it, or submits a work that does.</summary>
    /// <param name="model">name of the model</param>
    /// <param name="version">version, or 0 to go by label</param>
    /// <param name="label">label; empty for stable, or canary for its share of the listeners</param>
    /// <param name="listener">id of the listener, which decides on canary; 0 for nobody</param>
    /// <param name="generation">what was found</param>
    /// <returns>false where there is no such model, version or label in service</returns>
    public bool TryHold(ReadOnlySpan<char> model, int version, ReadOnlySpan<char> label, ulong listener, out ModelGeneration? generation)
    {
        while (Volatile.Read(ref _routes).GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(model, out ModelRoute? route))
        {
            generation = route.Find(version, label, listener);
            if (generation is null) return false;
            if (generation.TryHold()) return true; // else it has just been let go of, and there are new routes
        }
        generation = null;
        return false;
    }

    /// <summary>Version of a model that is stable; 0 for none.</summary>
    internal int StableVersion(string model) => Volatile.Read(ref _routes).GetValueOrDefault(model)?.Find(0, "", 0)?.Version ?? 0;

    /// <summary>Has every version of a model looked at before it gets a label; those in service are looked at now.</summary>
    /// <param name="model">the model</param> <param name="check">says what speaks against a version; null for nothing</param>
    /// <exception cref="ModelException">Something speaks against a version in service.</exception>
    internal void Require(string model, Func<ModelGeneration, string?> check) => Ask(keeper => keeper.Require(model, check)).GetAwaiter().GetResult();

    /// <summary>A warning that may come with every request: told once a second at most.</summary>
    internal void WarnNowAndThen(string line)
    {
        long now = Environment.TickCount64, told = Volatile.Read(ref _warned);
        if (now - told >= 1000 && Interlocked.CompareExchange(ref _warned, now, told) == told) _options.Log?.Invoke(ModelLogLevel.Warning, line);
    }

    /// <summary>Why <see cref="TryHold"/> found nothing, in one line.</summary>
    public string Explain(string model, int version, string label)
    {
        if (!Volatile.Read(ref _routes).TryGetValue(model, out ModelRoute? route)) return $"model: '{model}' is not served here";
        return version != 0 ? $"version: {version} of model '{model}' is not loaded" : $"label: no version of model '{model}' is {(label.Length == 0 ? ModelLabels.Stable : label)}";
    }

    /// <summary>Loads a version to stay, with or without a label.</summary>
    /// <exception cref="DataFileException">It was refused.</exception>
    public Task LoadAsync(string model, int version) => Ask(keeper => keeper.Load(model, version));

    /// <summary>Lets go of a version that no label stands for.</summary>
    /// <exception cref="ModelException">A label stands for it, or there is none such.</exception>
    public Task UnloadAsync(string model, int version) => Ask(keeper => keeper.Unload(model, version));

    /// <summary>Gives a label to a version, which is loaded for it, and keeps it there until it is moved again.</summary>
    /// <returns>whether it has moved, or moves when the comparison is passed that the version's model.json asks for</returns>
    /// <exception cref="DataFileException">The version was refused; the label stays where it is.</exception>
    public Task<LabelMove> LabelAsync(string model, string label, int version) => Ask(keeper => keeper.Label(model, label, version));

    /// <summary>Takes a label away.</summary>
    /// <exception cref="ModelException">There is none such.</exception>
    public Task UnlabelAsync(string model, string label) => Ask(keeper => keeper.Unlabel(model, label));

    /// <summary>Sets the share of the listeners that get canary.</summary>
    /// <param name="model">the model</param> <param name="percent">0 to 100</param>
    /// <exception cref="ArgumentOutOfRangeException">percent lies outside.</exception> <exception cref="ModelException">No such model.</exception>
    public Task SetCanaryPercentAsync(string model, double percent)
    {
        OptionRange.Check(percent, 0, 100, nameof(percent));
        return Ask(keeper => keeper.SetCanaryPercent(model, percent));
    }

    /// <summary>Looks at the folder now, and takes what is there for complete.</summary>
    public Task LookAsync() => Ask(keeper => keeper.Look(settleAtOnce: true));

    /// <summary>Looks at the folder now, as it does by itself.</summary>
    internal Task PollAsync() => Ask(keeper => keeper.Look(settleAtOnce: false));

    /// <summary>Lets go of everything and frees what nobody holds. Requests that still run are waited for, for ten seconds, by the first call alone.</summary>
    public void Dispose()
    {
        if (_orders.IsAddingCompleted) return;
        Give(() => _stopping = true);
        _thread.Join();
        _keeper.LetGoOfAll();
        long begun = Stopwatch.GetTimestamp();
        while (_keeper.Bytes > 0 && Stopwatch.GetElapsedTime(begun).TotalSeconds < DrainSecondsMax)
            if (_orders.TryTake(out Action? order, millisecondsTimeout: 100)) order();
        _orders.CompleteAdding();
        while (_orders.TryTake(out Action? order)) order(); // whoever asked meanwhile hears that it is over
    }

    private Task Ask(Action<ModelKeeper> act) => Ask(keeper =>
    {
        act(keeper);
        return true;
    });

    private Task<T> Ask<T>(Func<ModelKeeper, T> act)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool given = Give(() =>
        {
            try
            {
                ObjectDisposedException.ThrowIf(_stopping, this);
                T result = act(_keeper);
                _keeper.Settle();
                done.SetResult(result);
            }
            catch (Exception failure) // its caller's
            {
                done.SetException(failure);
            }
        });
        if (!given) done.SetException(new ObjectDisposedException(nameof(ModelHost)));
        return done.Task;
    }

    // False after the end; what is drained only then stays until the process ends.
    private bool Give(Action order)
    {
        try
        {
            _orders.Add(order);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private void Keep()
    {
        long looked = Stopwatch.GetTimestamp();
        while (!_stopping)
        {
            try
            {
                TimeSpan left = _options.PollInterval - Stopwatch.GetElapsedTime(looked);
                int wait = _options.PollInterval == TimeSpan.Zero ? Timeout.Infinite : Math.Max(0, (int)left.TotalMilliseconds);
                if (_orders.TryTake(out Action? order, wait))
                {
                    order();
                }
                else
                {
                    _keeper.Look(settleAtOnce: false);
                    looked = Stopwatch.GetTimestamp();
                }
                _keeper.Settle();
            }
            catch (Exception fault) // what is in service stays in service
            {
                _options.Log?.Invoke(ModelLogLevel.Error, $"models: {DataFileException.Describe(fault)}");
                looked = Stopwatch.GetTimestamp();
            }
        }
    }

    private void Publish(ModelKeeper keeper)
    {
        Volatile.Write(ref _routes, keeper.Routes);
        Volatile.Write(ref _models, keeper.Infos);
        MemoryBytes = keeper.Bytes;
    }
}
