namespace Rubato.Tests;

public class AllocationSolverTests
{
    private const double Gap = 1e-5;

    public static TheoryData<int> Hundreds()
    {
        var data = new TheoryData<int>();
        for (int block = 0; block < 30; block++) data.Add(block);
        return data;
    }

    [Theory, MemberData(nameof(Hundreds))]
    public void ClosesTheGapAroundTheExactOptimum(int block) // twenty problems each
    {
        for (int seed = 20 * block; seed < 20 * block + 20; seed++)
        {
            AllocationProblem problem = RandomAllocation.Problem(seed);
            AllocationSolution solution = AllocationSolver.Solve(problem, new AllocationOptions { Gap = Gap, Threads = 1 + seed % 2 });
            AllocationCertificate checkedCertificate = CertificateChecker.Check(problem, solution.Prices, solution.Allocation);
            double exact = ExactAllocation.Value(problem), slack = 1e-9 * (1 + Math.Abs(exact));
            string where = $"seed {seed}: exact {exact}, {solution.Certificate}, passes {solution.Passes}";
            Assert.True(checkedCertificate.Dual >= exact - slack, where);
            Assert.True(checkedCertificate.Primal <= exact + slack, where);
            Assert.True(checkedCertificate.Violations.Largest <= 1e-9, where);
            Assert.Equal(checkedCertificate.Dual, solution.Certificate.Dual, slack);
            Assert.Equal(checkedCertificate.Primal, solution.Certificate.Primal, slack);
            Assert.True(solution.Reached || Math.Abs(exact) < 1e-3, where);
        }
    }
}
