using Rubato.Tests.Support;

namespace Rubato.Tests;

[Collection(AloneCollection.Name)]
public class SolveMemoryTests
{
    [Theory, InlineData("gap", 1e-4, 16), InlineData("promo", 1e-3, 24)] // promo has margins
    public void ASolveTakesFewBytesPerEdgeAboveItsInput(string family, double gap, double bytesMax)
    {
        var problem = new AllocationProblem(AllocationGenerator.Generate(family, 100_000, 1_000, 15, 1).Columns);
        long before = GC.GetTotalMemory(forceFullCollection: true), most = 0;
        AllocationSolution solution = AllocationSolver.Solve(problem, new AllocationOptions { Gap = gap, Threads = 2 },
            _ => most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before));
        Assert.True(solution.Reached);
        Assert.InRange((double)most / problem.EdgeCount, 10, bytesMax);
        GC.KeepAlive(problem);
    }
}
