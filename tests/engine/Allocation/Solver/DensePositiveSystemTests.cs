namespace Rubato.Tests;

public class DensePositiveSystemTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void SolvesEverySizeAroundItsBlocks(int threads)
    {
        using var team = new WorkerTeam(threads);
        var system = new DensePositiveSystem(300, team);
        foreach (int size in (int[])[1, 2, 5, 11, 12, 13, 95, 96, 97, 108, 191, 200, 300])
        {
            var random = new Random(size);
            double[,] matrix = new double[size, size];
            double[] expected = new double[size], x = new double[size];
            for (int i = 0; i < size; i++)
            {
                expected[i] = random.NextDouble() - 0.5;
                for (int j = 0; j <= i; j++) matrix[i, j] = matrix[j, i] = random.NextDouble() - 0.5 + (i == j ? size : 0);
            }
            for (int i = 0; i < size; i++)
            {
                for (int j = 0; j < size; j++) x[i] += matrix[i, j] * expected[j];
                for (int j = 0; j <= i; j++) system.Matrix[i * system.Stride + j] = matrix[i, j];
            }
            Assert.True(system.TryFactor(size));
            system.Solve(x);
            for (int i = 0; i < size; i++) Assert.Equal(expected[i], x[i], 1e-10);
        }
    }

    [Fact]
    public void AnIndefiniteMatrixIsRefused()
    {
        using var team = new WorkerTeam(1);
        var system = new DensePositiveSystem(2, team);
        system.Matrix[0] = 1;
        system.Matrix[system.Stride] = 2;
        system.Matrix[system.Stride + 1] = 1;
        Assert.False(system.TryFactor(2));
    }
}
