using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>Scores and recommends tracks: requests → retrieval → ranking → allocation → responses.</summary>
/// <remarks>
/// Catalogue and prices are those that the engine was opened with; campaigns are replaced as a whole. Everything else that changes while it
/// scores lives in batches and lanes, so several threads score at once, each with its own <see cref="EngineLane"/> and its own batches.
/// </remarks>
public sealed partial class Engine : IDisposable
{
    private readonly EngineGenerations _generations;
    private readonly EngineLane _lane;
    private readonly Lock _laneLock = new();

    private Engine(EngineOptions options, Catalogue catalogue)
    {
        Options = options;
        Catalogue = catalogue;
        ScanKernel = options.Scan ?? ScanKernels.Pick(options.Variant);
        if (Devices is { } devices) devices.Degraded += options.DeviceDegraded;
        ScoreKernel = ScoreKernels.Pick(ScoreKernels.Variants.Any(variant => variant.Name == options.Variant) ? options.Variant : null);
        CampaignSet campaigns = options.CampaignsPath is { } file ? CampaignFile.Read(file, catalogue) : CampaignSet.None(catalogue.Rows);
        PriceSet? prices = options.PricesPath is { } folder ? PriceFolder.Read(folder) : null;
        _generations = new EngineGenerations(catalogue.Generation, Model: 0, prices?.Generation ?? 0);
        RequireRanker();
        if (options.LedgerPath is not null || options.Ledger is not null) _online = new OnlineAllocation(options);
        try
        {
            _live = Make(campaigns, prices, options.CampaignsPath ?? "", previous: null);
        }
        catch
        {
            _online?.Dispose();
            throw;
        }
        SearchThreads = options.SearchThreads > 0 ? options.SearchThreads : ThreadPlan.Automatic(catalogue.Rows, catalogue.Dimension);
        SharedSearcher = SearchThreads > 1 ? new RowSearcher(catalogue, ScanKernel, SearchThreads, options.PinSearchThreads) : null;
        _lane = CreateLane();
        StartMaintenance();
    }

    /// <summary>The options that the engine was opened with.</summary>
    public EngineOptions Options { get; }

    /// <summary>The catalogue.</summary>
    public Catalogue Catalogue { get; }

    /// <summary>The campaigns; none where no file was given. A live update puts another set in this place.</summary>
    public CampaignSet Campaigns => Live.Book.Campaigns;

    /// <summary>Numbers of the snapshots in use.</summary>
    public EngineGenerations Generations => _generations with { Model = RankerVersion };

    /// <summary>Name of the kernel variant that scores named candidates.</summary>
    public string ScoreVariant => ScoreKernel.Name;

    /// <summary>Name of the kernel variant that searches the catalogue.</summary>
    public string ScanVariant => ScanKernel.Name;

    /// <summary>The devices that search the catalogue, for logs and metrics; null where the CPU does.</summary>
    public IDeviceScan? Devices => ScanKernel as IDeviceScan;

    /// <summary>Threads of one search.</summary>
    public int SearchThreads { get; }

    /// <summary>The pool of search threads that all lanes share; null where a search takes one thread, the lane's own.</summary>
    internal RowSearcher? SharedSearcher { get; }

    internal IScoreKernel ScoreKernel { get; }

    internal IScanKernel ScanKernel { get; }

    /// <summary>Opens the catalogue and reads campaigns and prices.</summary>
    /// <exception cref="ArgumentException">An option is out of its range, or no variant bears the forced name.</exception>
    /// <exception cref="NotSupportedException">The forced variant does not run on this machine.</exception>
    /// <exception cref="DataFileException">
    /// A file is missing, damaged, or at odds with another, or the ledger is in use; the message names file, place and field.
    /// </exception>
    public static Engine Open(EngineOptions options)
    {
        Catalogue catalogue = Catalogue.Open(options.Validated().CataloguePath);
        try
        {
            return new Engine(options, catalogue);
        }
        catch
        {
            catalogue.Dispose();
            throw;
        }
    }

    /// <summary>A batch of requests for this engine.</summary>
    public RequestBatch CreateRequests() => new(Catalogue.Dimension, Options.Limits);

    /// <summary>A batch of responses for this engine.</summary>
    public ResponseBatch CreateResponses() => new(Options.Limits);

    /// <summary>Scratch memory for one more thread that scores.</summary>
    public EngineLane CreateLane() => new(this);

    /// <summary>Answers every request of a batch on the engine's own lane; callers on several threads take turns.</summary>
    /// <inheritdoc cref="EngineLane.Score"/>
    public void Score(RequestBatch requests, ResponseBatch responses)
    {
        lock (_laneLock) _lane.Score(requests, responses);
    }

    /// <summary>Closes the ledger, if it is the engine's, and the catalogue. No lane of this engine may be scoring or score again.</summary>
    public void Dispose()
    {
        StopMaintenance();
        _online?.Dispose();
        _lane.Dispose();
        SharedSearcher?.Dispose();
        if (Devices is { } devices) devices.Degraded -= Options.DeviceDegraded;
        Catalogue.Dispose();
    }
}
