using System.Diagnostics;
using Rubato.Kernels.Allocation;
using Rubato.Kernels.Cuda;

namespace Rubato;

/// <summary>A seeded allocation problem on which the device's pass is compared with the CPU's and timed.</summary>
internal sealed class AllocationCheck
{
    private const int Degree = 20, SlotsMax = 3, RoundsMin = 5;

    /// <summary>Of all rounds: a device at rest takes a while to find its clock.</summary>
    private const double SecondsMin = 0.3;

    /// <summary>Largest relative difference: sums of many terms in another order, in double.</summary>
    private const double Tolerance = 1e-9;

    private readonly EdgeSlices _edges;
    private readonly OraclePrices _prices;

    /// <param name="listeners">listeners, each with 20 edges</param>
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
    }

    /// <summary>Ten edges for each row of the scan's measurement: 100 million beside 10 million rows.</summary>
    public static AllocationCheck Beside(int rows) => new(listeners: rows * 10 / Degree, campaigns: 2_000);

    /// <summary>Compares passes and times the quickest; bytes are those of the edges.</summary>
    public VariantReport On(IDevice device)
    {
        using var oracle = new DeviceOracle(device, _edges);
        var expected = new OracleSums(_edges, curvature: null);
        OracleKernels.Double.Evaluate(_edges, _prices, 0, _edges.SliceCount, expected);
        double best = double.PositiveInfinity, error = 0;
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < RoundsMin || Stopwatch.GetElapsedTime(start).TotalSeconds < SecondsMin; round++)
        {
            var actual = new OracleSums(_edges, curvature: null);
            long begun = Stopwatch.GetTimestamp();
            oracle.Evaluate(_prices, 0, _edges.SliceCount, actual);
            best = Math.Min(best, Stopwatch.GetElapsedTime(begun).TotalSeconds);
            error = Math.Max(error, Difference(expected, actual));
        }
        double bytes = _edges.Campaigns.Length * 10.0, operations = _edges.Campaigns.Length * 8.0;
        return new VariantReport("oracle/cuda", true, null, false, error <= Tolerance, error, operations * 1e-9 / best, bytes * 1e-9 / best);
    }

    private static double Difference(OracleSums expected, OracleSums actual)
    {
        double worst = 0;
        void Compare(double a, double b) => worst = Math.Max(worst, Math.Abs(a - b) / (1 + Math.Abs(a)));
        for (int i = 0; i < expected.Campaign.Length; i++) Compare(expected.Campaign[i], actual.Campaign[i]);
        Compare(expected.Bound, actual.Bound);
        Compare(expected.Linear, actual.Linear);
        Compare(expected.Square, actual.Square);
        return worst;
    }
}
