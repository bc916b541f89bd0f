using Rubato.Kernels.Allocation;

namespace Rubato.Tests;

public class EdgeCurvatureTests
{
    [Theory]
    [InlineData(1, false, 1), InlineData(2, true, 1), InlineData(3, true, 3), InlineData(4, true, 6), InlineData(5, false, 3)]
    public void ProductsAndDiagonalAreThoseOfTheMatrix(int seed, bool rich, int slotsMax)
    {
        const int campaigns = 15;
        EdgeSlices edges = RandomSlices.Slices(RandomSlices.Columns(seed, 9_000, campaigns, rich, slotsMax), campaigns);
        OraclePrices prices = RandomSlices.Prices(seed, campaigns, edges.CohortCount, rich, smoothing: 0.4);
        PriceRows rows = RandomSlices.Rows(campaigns, edges.CohortCount);
        var matrix = new DenseCurvature(rows, edges.WidthMax);
        var list = new EdgeCurvature(rich, edges.WidthMax);
        foreach (Curvature curvature in (Curvature[])[matrix, list])
        {
            var sums = new OracleSums(edges, curvature);
            sums.Clear(withCurvature: true);
            OracleKernels.Pick().Evaluate(edges, prices, 0, edges.SliceCount, sums);
        }
        double[,] dense = Whole(matrix.Packed, rows.Count);
        var random = new Random(seed);
        double[] direction = [.. Enumerable.Range(0, rows.Count).Select(_ => random.NextDouble() - 0.5)], product = Product(list, rows, direction, edges.CohortCount);
        double size = 0;
        for (int row = 0; row < rows.Count; row++) size = Math.Max(size, dense[row, row]);
        for (int row = 0; row < rows.Count; row++)
        {
            double expected = 0;
            for (int column = 0; column < rows.Count; column++) expected += dense[row, column] * direction[column];
            Assert.Equal(expected, product[row], 1e-10 * size);
        }
        double[] campaign = new double[2 * campaigns], quality = new double[edges.CohortCount + 1];
        list.AddDiagonal(campaign, quality);
        for (int j = 0; j < campaigns; j++)
        {
            Assert.Equal(dense[rows.Budget[j], rows.Budget[j]], campaign[2 * j], 1e-10 * size);
            if (rows.Promise[j] >= 0) Assert.Equal(dense[rows.Promise[j], rows.Promise[j]], campaign[2 * j + 1], 1e-10 * size);
        }
        for (int h = 0; h < edges.CohortCount; h++) Assert.Equal(dense[rows.Cohort[h], rows.Cohort[h]], quality[h], 1e-10 * size);
    }

    private static double[] Product(EdgeCurvature list, PriceRows rows, double[] direction, int cohorts)
    {
        int campaigns = rows.Budget.Length;
        double At(int row) => row < 0 ? 0 : direction[row];
        double[] byCampaign = [.. Enumerable.Range(0, campaigns).SelectMany(j => (double[])[At(rows.Budget[j]), At(rows.Promise[j]) - At(rows.Licensor[j])])];
        double[] byCohort = [.. rows.Cohort.Select(At)], sums = new double[2 * campaigns], quality = new double[cohorts + 1], product = new double[rows.Count];
        list.Multiply(byCampaign, byCohort, sums, quality);
        for (int j = 0; j < campaigns; j++)
        {
            product[rows.Budget[j]] -= sums[2 * j];
            if (rows.Promise[j] >= 0) product[rows.Promise[j]] += sums[2 * j + 1];
            if (rows.Licensor[j] >= 0) product[rows.Licensor[j]] -= sums[2 * j + 1];
        }
        for (int h = 0; h < cohorts; h++) product[rows.Cohort[h]] += quality[h];
        return product;
    }

    private static double[,] Whole(double[] packed, int rows)
    {
        var whole = new double[rows, rows];
        for (int row = 0; row < rows; row++)
            for (int column = 0; column <= row; column++) whole[row, column] = whole[column, row] = packed[row * (row + 1) / 2 + column];
        return whole;
    }
}
