using Rubato.Kernels;
using Rubato.Kernels.Allocation;
using Rubato.Tests.Support;

namespace Rubato.Tests;

public class OracleTests
{
    public static TheoryData<string, int> Variants()
    {
        var data = new TheoryData<string, int>();
        foreach (KernelVariant<IOracleKernel> variant in OracleKernels.Variants.Where(variant => variant.Kernel != OracleKernels.Scalar))
            foreach (int seed in (int[])[1, 2, 3, 20_260_801]) data.Add(variant.Name, seed);
        return data;
    }

    [SkippableTheory, MemberData(nameof(Variants))]
    public void MatchesTheReferenceForEveryKindOfSlotFloorAndSmoothing(string name, int seed)
    {
        IOracleKernel kernel = Named(name);
        double tolerance = kernel.IsDouble ? 1e-11 : 2e-4;
        foreach (int slotsMax in (int[])[1, 3, 9])
            foreach (bool rich in (bool[])[false, true])
                foreach (double smoothing in (double[])[1, 0.1, 0.01])
                {
                    const int listeners = 150, campaigns = 20;
                    EdgeSlices edges = RandomSlices.Slices(RandomSlices.Columns(seed, listeners, campaigns, rich, slotsMax), campaigns);
                    OraclePrices prices = RandomSlices.Prices(seed, campaigns, edges.CohortCount, rich, smoothing);
                    PriceRows rows = RandomSlices.Rows(campaigns, edges.CohortCount);
                    OracleSums expected = Evaluate(OracleKernels.Scalar, edges, prices, rows), actual = Evaluate(kernel, edges, prices, rows);
                    string where = $"slots {slotsMax}, floors {rich}, smoothing {smoothing}";
                    AssertClose(expected.Campaign, actual.Campaign, tolerance, where);
                    AssertClose(expected.Quality, actual.Quality, tolerance, where);
                    AssertClose([expected.Bound, expected.Linear, expected.Square], [actual.Bound, actual.Linear, actual.Square], tolerance, where);
                    // An entry on the edge of being fractional may count or not: only the double variant agrees on every one.
                    if (kernel.IsDouble) AssertClose(Packed(expected), Packed(actual), 1e-9, where);
                }
    }

    [SkippableTheory, MemberData(nameof(Variants))]
    public void TiesSaturatedEntriesAndWorthlessEdgesMatchTheReference(string name, int seed)
    {
        IOracleKernel kernel = Named(name);
        const int listeners = 200, campaigns = 12;
        EdgeColumns columns = RandomSlices.Columns(seed, listeners, campaigns, floors: true, slotsMax: 4);
        for (int e = 0; e < columns.EdgeCount; e++) // few distinct values: ties at the threshold, and edges of reduced value 0 and below
            (columns.Values[e], columns.Spends[e], columns.Margins[e]) = (MathF.Round(4 * columns.Values[e]) / 4 - 0.25f, 0, 0.5f);
        EdgeSlices edges = RandomSlices.Slices(columns, campaigns);
        PriceRows rows = RandomSlices.Rows(campaigns, edges.CohortCount);
        foreach (double smoothing in kernel.IsDouble ? [4, 0.5, 0.25, 1e-3, 1e-7] : (double[])[4, 0.5, 0.25])
        {
            OraclePrices prices = RandomSlices.Prices(seed, campaigns, edges.CohortCount, offsets: false, smoothing);
            Array.Clear(prices.Cohort);
            OracleSums expected = Evaluate(OracleKernels.Scalar, edges, prices, rows), actual = Evaluate(kernel, edges, prices, rows);
            AssertClose(expected.Campaign, actual.Campaign, 1e-6, $"smoothing {smoothing}");
            AssertClose(expected.Quality, actual.Quality, 1e-6, $"smoothing {smoothing}");
            AssertClose([expected.Bound, expected.Linear, expected.Square], [actual.Bound, actual.Linear, actual.Square], 1e-6, $"smoothing {smoothing}");
        }
    }

    [Theory, InlineData(1), InlineData(2)]
    public void TheSumsAreTheDerivativesOfTheSmoothedValue(int seed)
    {
        const int campaigns = 8;
        const double step = 1e-6;
        EdgeSlices edges = RandomSlices.Slices(RandomSlices.Columns(seed, 60, campaigns, floors: true, slotsMax: 3), campaigns);
        PriceRows rows = RandomSlices.Rows(campaigns, edges.CohortCount);
        OraclePrices prices = RandomSlices.Prices(seed, campaigns, edges.CohortCount, offsets: true, smoothing: 0.3);
        OracleSums at = Evaluate(OracleKernels.Double, edges, prices, rows);
        for (int j = 0; j < campaigns; j++)
        {
            double before = prices.Budget[j];
            (double up, double down) = (ValueAt(before + step), ValueAt(before - step));
            prices.Budget[j] = before;
            Assert.Equal(-at.Campaign[2 * j], (up - down) / (2 * step), 1e-5);
            double ValueAt(double price)
            {
                prices.Budget[j] = price;
                OracleSums sums = Evaluate(OracleKernels.Double, edges, prices, rows);
                return sums.Linear - prices.Smoothing / 2 * sums.Square;
            }
        }
    }

    [Theory, InlineData(1), InlineData(2)]
    public void TheCurvatureIsTheDerivativeOfTheSums(int seed)
    {
        const int campaigns = 8;
        const double step = 1e-7;
        EdgeSlices edges = RandomSlices.Slices(RandomSlices.Columns(seed, 60, campaigns, floors: false, slotsMax: 3), campaigns);
        PriceRows rows = RandomSlices.Rows(campaigns, edges.CohortCount);
        OraclePrices prices = RandomSlices.Prices(seed, campaigns, edges.CohortCount, offsets: false, smoothing: 0.5);
        double[] packed = Packed(Evaluate(OracleKernels.Double, edges, prices, rows));
        for (int column = 0; column < campaigns; column++)
        {
            double before = prices.Budget[column];
            prices.Budget[column] = before + step;
            OracleSums up = Evaluate(OracleKernels.Double, edges, prices, rows);
            prices.Budget[column] = before - step;
            OracleSums down = Evaluate(OracleKernels.Double, edges, prices, rows);
            prices.Budget[column] = before;
            for (int row = column; row < campaigns; row++)
                Assert.Equal((down.Campaign[2 * row] - up.Campaign[2 * row]) / (2 * step), packed[row * (row + 1) / 2 + column], 1e-4);
        }
    }

    [Fact]
    public void APassAllocatesNothing()
    {
        EdgeSlices edges = RandomSlices.Slices(RandomSlices.Columns(5, 500, 30, floors: true, slotsMax: 5), 30);
        OraclePrices prices = RandomSlices.Prices(5, 30, edges.CohortCount, offsets: true, smoothing: 0.1);
        var sums = new OracleSums(edges, new DenseCurvature(RandomSlices.Rows(30, edges.CohortCount), edges.WidthMax));
        foreach (IOracleKernel kernel in Available().Where(kernel => kernel != OracleKernels.Scalar))
        {
            Assert.Equal(0, AllocatedBytes.Least(() =>
            {
                sums.Clear(withCurvature: true);
                kernel.Evaluate(edges, prices, 0, edges.SliceCount, sums);
            }));
        }
    }

    [Fact]
    public void ARangeOutsideTheProblemIsRefused()
    {
        EdgeSlices edges = RandomSlices.Slices(RandomSlices.Columns(1, 20, 4, floors: false, slotsMax: 1), 4);
        OraclePrices prices = RandomSlices.Prices(1, 4, 0, offsets: false, smoothing: 1);
        var sums = new OracleSums(edges, curvature: null);
        foreach (IOracleKernel kernel in Available())
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => kernel.Evaluate(edges, prices, -1, 1, sums));
            Assert.Throws<ArgumentOutOfRangeException>(() => kernel.Evaluate(edges, prices, 0, edges.SliceCount + 1, sums));
        }
        Assert.Contains("vector-single", Assert.Throws<ArgumentException>(() => OracleKernels.Pick("none")).Message);
    }

    private static IEnumerable<IOracleKernel> Available() => OracleKernels.Variants.Where(variant => variant.Available).Select(variant => variant.Kernel!);

    private static IOracleKernel Named(string name)
    {
        KernelVariant<IOracleKernel> variant = OracleKernels.Variants.Single(variant => variant.Name == name);
        Skip.If(!variant.Available, variant.Reason);
        return variant.Kernel!;
    }

    private static double[] Packed(OracleSums sums) => ((DenseCurvature)sums.Curvature!).Packed;

    private static OracleSums Evaluate(IOracleKernel kernel, EdgeSlices edges, OraclePrices prices, PriceRows rows)
    {
        var sums = new OracleSums(edges, new DenseCurvature(rows, edges.WidthMax));
        sums.Clear(withCurvature: true);
        prices.Round();
        kernel.Evaluate(edges, prices, 0, edges.SliceCount, sums);
        return sums;
    }

    private static void AssertClose(double[] expected, double[] actual, double tolerance, string where)
    {
        double size = expected.Max(Math.Abs) + 1e-3;
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * size, $"{where}: element {i} is {actual[i]}, the reference has {expected[i]}");
    }
}
