using Rubato.Kernels.Cuda;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>The steps into which the rows of a search are cut.</summary>
public sealed class ScanStepTests
{
    [Theory]
    [InlineData(0, 1, 1, 10, 1)]
    [InlineData(64, 5000, 1, 100, 2)]
    [InlineData(0, 10_000_000, 1, 100, 4)]
    [InlineData(0, 10_000_000, 8, 100, 5)]
    [InlineData(128, 2_000_000_000, 1, 4096, 7)]
    public void StepsCoverTheRangeOnceAndGrow(int first, int end, int queries, int k, int steps)
    {
        Span<ScanStep> plan = stackalloc ScanStep[ScanStep.StepsMax];
        var block = new ScanBlock(null!, first, end, queries, k, -1, Finished: true);
        int count = ScanStep.Plan(block, plan), next = first;
        Assert.Equal(steps, count);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal((next, i == 0), (plan[i].FirstRow, plan[i].Dense));
            Assert.True(i == 0 || plan[i].FirstRow % 64 == 0 && plan[i].EndRow - plan[i].FirstRow >= 0);
            next = plan[i].EndRow;
        }
        Assert.Equal(end, next);
        Assert.InRange(plan[0].EndRow - plan[0].FirstRow, 1, block.DenseRows);
        Assert.True(block.DenseRows <= block.Capacity);
    }
}
