namespace Rubato;

/// <summary>Listeners with their candidates, synthetic campaigns, the day's arrivals, and the prices that a batch solve of the day before would bring.</summary>
public sealed class SimulationWorld : IDisposable
{
    private const int RequestsPerBatch = 64;
    private readonly SimulationData _data;
    private readonly string _folder;

    private SimulationWorld(SimulationData data, SimulationOptions options, string folder)
    {
        (_data, _folder, Options) = (data, folder, options);
        var random = new Random(options.Seed ^ 0x5EED);
        using (Engine catalogue = Engine.Open(EngineOptions))
        {
            int listeners = data.Listeners.Length / catalogue.Catalogue.Dimension;
            double[] weights = [.. Enumerable.Range(0, listeners).Select(_ => -Math.Log(1 - random.NextDouble()) + 0.01)]; // some come often, most seldom
            Candidates = CandidatesOf(catalogue, data.Listeners, listeners, options.Candidates);
            SimulatedCampaigns.Write(CampaignsPath, options, Candidates, weights);
            Arrivals = Arrivals.Draw(options, weights, options.Seed);
            Yesterday = Arrivals.Draw(options with { ShockFactor = 1 }, weights, options.Seed + 1).ExposedByListener(listeners);
        }
        using Engine unpriced = Engine.Open(EngineOptions with { CampaignsPath = CampaignsPath, Clock = new SimulatedClock() });
        Campaigns = unpriced.Campaigns;
        Edges = ListenerEdges.Collect(unpriced, data.Listeners, Candidates);
    }

    /// <summary>What is simulated.</summary>
    public SimulationOptions Options { get; }

    /// <summary>The synthetic campaigns.</summary>
    public CampaignSet Campaigns { get; }

    /// <summary>Requests of the simulated time.</summary>
    public int Requests => Arrivals.Count;

    /// <summary>Dual bound of the value: nobody can reach more, not even knowing all arrivals in advance.</summary>
    public double OptimumBound => Optimum.Bound;

    /// <summary>Value of the best feasible allocation that the solver found knowing all arrivals.</summary>
    public double OptimumValue => Optimum.Value;

    /// <summary>Part of all budgets that this allocation spends, 0 to 1; below 1 where demand does not suffice.</summary>
    public double OptimumBudgetUsed => Optimum.BudgetUsed;

    internal Arrivals Arrivals { get; }

    internal ListenerEdges Edges { get; }

    internal long[][] Candidates { get; }

    internal string CampaignsPath => Path.Combine(_folder, "campaigns.json");

    internal string PricesPath => Path.Combine(_folder, "prices");

    /// <summary>
    /// The engine's options but for campaigns and prices. The objective is promotional value alone, so that the value of a slate is the sum
    /// over its deliveries, whatever stands in the other slots.
    /// </summary>
    internal EngineOptions EngineOptions => new()
    {
        CataloguePath = _data.CataloguePath,
        RelevanceSlope = _data.RelevanceSlope,
        RelevanceOffset = _data.RelevanceOffset,
        RelevanceWeight = 0,
        PromotionWeight = 1,
        SearchThreads = 1,
        Limits = new BatchLimits
        {
            RequestsMax = RequestsPerBatch, SlotsMax = Options.Candidates, CandidatesMax = Options.Candidates,
            RetrievalDepth = Options.Candidates, RetrievalDepthMax = Options.Candidates, PromotedDepth = 0, BatchCandidatesMax = RequestsPerBatch * Options.Candidates,
        },
    };

    private Yardstick Optimum { get; set; } = null!; // solved before the world is handed out

    private int[] Yesterday { get; }

    /// <summary>Makes the world and solves today's and yesterday's problem.</summary>
    /// <param name="data">catalogue and listeners</param> <param name="options">traffic, campaigns, exposure</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">The listeners do not fit the catalogue.</exception>
    /// <exception cref="DataFileException">The catalogue cannot be read, or has nothing to promote.</exception>
    public static SimulationWorld Create(SimulationData data, SimulationOptions options)
    {
        options.Validated();
        string folder = Directory.CreateTempSubdirectory("rubato-simulation-").FullName;
        try
        {
            var world = new SimulationWorld(data, options, folder);
            world.Solve();
            return world;
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Vector of a listener, [dimension].</summary>
    internal ReadOnlySpan<float> Listener(int listener)
    {
        int dimension = _data.Listeners.Length / Candidates.Length;
        return _data.Listeners.AsSpan(listener * dimension, dimension);
    }

    /// <summary>Removes what was written.</summary>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Solve()
    {
        Optimum = Yardstick.Solve(Edges, Campaigns, Arrivals.ExposedByListener(Candidates.Length), Options.Slots);
        Yardstick yesterday = Yardstick.Solve(Edges, Campaigns, Yesterday, Options.Slots);
        AllocationPriceFolder.Write(PricesPath, new AllocationPrices(yesterday.Prices, [], [], []), Campaigns.Ids.ToArray(), [], []);
    }

    private static long[][] CandidatesOf(Engine engine, float[] listeners, int count, int depth)
    {
        int dimension = engine.Catalogue.Dimension;
        if (count == 0 || listeners.Length % dimension != 0)
            throw new ArgumentException($"{listeners.Length} values (expected a whole number of vectors of {dimension}, at least one)", nameof(listeners));
        RequestBatch requests = engine.CreateRequests();
        ResponseBatch responses = engine.CreateResponses();
        var candidates = new long[count][];
        for (int first = 0; first < count; first += RequestsPerBatch)
        {
            requests.Clear();
            int size = Math.Min(RequestsPerBatch, count - first);
            for (int i = 0; i < size; i++) requests.AddRecommend(listeners.AsSpan((first + i) * dimension, dimension), new SlateSettings(depth, RetrievalDepth: depth), default);
            engine.Score(requests, responses);
            for (int i = 0; i < size; i++) candidates[first + i] = responses.TrackIds(i).ToArray();
        }
        return candidates;
    }
}
