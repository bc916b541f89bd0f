using System.Diagnostics;
using Rubato.Kernels.Allocation;
using Rubato.Kernels.Cuda;

namespace Rubato;

/// <summary>Seeded allocation problems on which the device's pass is compared with the CPU's: one of every kind of edges, and a large one that is timed.</summary>
internal sealed class AllocationCheck
{
    private const int Degree = 20, SlotsMax = 3, RoundsMin = 5, RichListenersMax = 3_000;

    /// <summary>Of all rounds: a device at rest takes a while to find its clock.</summary>
    private const double SecondsMin = 0.3;

    /// <summary>Largest relative difference: sums of many terms in another order, in double.</summary>
    private const double Tolerance = 1e-9;

    private readonly EdgeSlices _edges, _rich;
    private readonly OraclePrices _prices;

    /// <param name="listeners">listeners of what is timed, each with 20 edges</param>
    /// <param name="campaigns">campaigns, at least 20</param>
    public AllocationCheck(int listeners, int campaigns)
    {
        var random = new Random(20_260_801);
        int edges = checked(listeners * Degree), stride = campaigns / Degree;
        var columns = new EdgeColumns
        {
            Starts = [.. Enumerable.Range(0, listeners + 1).Select(listener => (long)listener * Degree)],
            Campaigns = new int[edges], Values = new float[edges], Spends = new float[edges], Margins = [], Slots = new int[listeners], Cohorts = [],
        };
        for (int edge = 0; edge < edges; edge++)
        {
            columns.Campaigns[edge] = edge % Degree * stride + random.Next(stride);
            (columns.Values[edge], columns.Spends[edge]) = (random.NextSingle(), random.NextSingle());
        }
        for (int listener = 0; listener < listeners; listener++) columns.Slots[listener] = random.Next(1, SlotsMax + 1);
        _edges = EdgeSlicesBuilder.Build(columns, new CampaignGate[campaigns], cohortCount: 0, Environment.ProcessorCount);
        _prices = new OraclePrices(campaigns, 0) { Smoothing = 0.05 };
        for (int j = 0; j < campaigns; j++) _prices.Budget[j] = 0.5 + 0.5 * random.NextDouble();
        _prices.Round();
        _rich = RichAllocation.Edges(Math.Min(listeners, RichListenersMax), campaigns);
    }

    /// <summary>Ten edges for each row of the scan's measurement: 100 million beside 10 million rows.</summary>
    public static AllocationCheck Beside(int rows) => new(listeners: rows * 10 / Degree, campaigns: 2_000);

    /// <summary>Compares passes and times the quickest; bytes are those of the edges.</summary>
    public VariantReport On(IDevice device)
    {
        double best = double.PositiveInfinity, error = 0;
        foreach (double smoothing in RichAllocation.Smoothings)
        {
            OraclePrices prices = RichAllocation.Prices(_rich, smoothing);
            using var rich = new DeviceOracle(device, _rich);
            error = Math.Max(error, Difference(OnCpu(_rich, prices), Pass(rich, _rich, prices)));
        }
        using var oracle = new DeviceOracle(device, _edges);
        OracleSums expected = OnCpu(_edges, _prices);
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < RoundsMin || Stopwatch.GetElapsedTime(start).TotalSeconds < SecondsMin; round++)
        {
            long begun = Stopwatch.GetTimestamp();
            OracleSums actual = Pass(oracle, _edges, _prices);
            best = Math.Min(best, Stopwatch.GetElapsedTime(begun).TotalSeconds);
            error = Math.Max(error, Difference(expected, actual));
        }
        double bytes = _edges.Campaigns.Length * 10.0, operations = _edges.Campaigns.Length * 8.0;
        return new VariantReport("oracle/cuda", true, null, false, error <= Tolerance, error, operations * 1e-9 / best, bytes * 1e-9 / best);
    }

    private static OracleSums OnCpu(EdgeSlices edges, OraclePrices prices)
    {
        var sums = new OracleSums(edges, curvature: null);
        OracleKernels.Double.Evaluate(edges, prices, 0, edges.SliceCount, sums);
        return sums;
    }

    private static OracleSums Pass(DeviceOracle oracle, EdgeSlices edges, OraclePrices prices)
    {
        var sums = new OracleSums(edges, curvature: null);
        oracle.Evaluate(prices, 0, edges.SliceCount, sums);
        return sums;
    }

    private static double Difference(OracleSums expected, OracleSums actual)
    {
        double worst = 0;
        void Compare(double a, double b) => worst = Math.Max(worst, Math.Abs(a - b) / (1 + Math.Abs(a)));
        for (int i = 0; i < expected.Campaign.Length; i++) Compare(expected.Campaign[i], actual.Campaign[i]);
        for (int i = 0; i < expected.Quality.Length; i++) Compare(expected.Quality[i], actual.Quality[i]);
        Compare(expected.Bound, actual.Bound);
        Compare(expected.Linear, actual.Linear);
        Compare(expected.Square, actual.Square);
        return worst;
    }
}
