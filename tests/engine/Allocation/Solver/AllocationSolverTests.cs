using Rubato.Kernels.Allocation;
using Rubato.Tests.Support;

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
            AllocationSolution solution = AllocationSolver.Solve(problem, new AllocationOptions
            {
                Gap = Gap, Threads = 1 + seed % 2, Method = seed % 3 == 0 ? AllocationMethod.ConjugateNewton : AllocationMethod.Automatic,
            });
            AllocationCertificate checkedCertificate = CertificateChecker.Check(problem, solution.Prices, solution.Allocation);
            double exact = ExactAllocation.Value(problem), slack = 1e-9 * (1 + Math.Abs(exact));
            string where = $"seed {seed}: exact {exact}, {solution.Certificate}, passes {solution.Passes}";
            Assert.True(checkedCertificate.Dual >= exact - slack, where);
            Assert.True(checkedCertificate.Primal <= exact + slack, where);
            Assert.True(checkedCertificate.Violations.Largest <= 1e-9, where);
            Assert.Equal(checkedCertificate.Dual, solution.Certificate.Dual, slack);
            Assert.Equal(checkedCertificate.Primal, solution.Certificate.Primal, slack);
            // Where the optimum is close to 0 a relative gap is finer than single-precision entries can be.
            double size = problem.Columns.Values.Sum(Math.Abs) + problem.Columns.Promised.Zip(problem.Penalties, (m, p) => m * p).Sum();
            Assert.True(solution.Reached || checkedCertificate.Dual - checkedCertificate.Primal <= 1e-7 * size, where);
        }
    }

    [Theory, InlineData("gap"), InlineData("promo")]
    public void AllMethodsAgreeOnTheBoundWithinTheGap(string family)
    {
        var problem = new AllocationProblem(AllocationGenerator.Generate(family, 1_000, 20, 8, 3).Columns);
        AllocationSolution Solve(AllocationMethod method) => AllocationSolver.Solve(problem, new AllocationOptions { Gap = 1e-3, Threads = 1, Method = method });
        AllocationSolution newton = Solve(AllocationMethod.Newton), conjugate = Solve(AllocationMethod.ConjugateNewton), gradient = Solve(AllocationMethod.Gradient);
        Assert.True(newton.Reached && conjugate.Reached && gradient.Reached, $"{newton.Certificate} {conjugate.Certificate} {gradient.Certificate}");
        Assert.Equal(newton.Certificate.Dual, gradient.Certificate.Dual, 1e-3 * newton.Certificate.Dual);
        Assert.Equal(newton.Certificate.Dual, conjugate.Certificate.Dual, 1e-3 * newton.Certificate.Dual);
        Assert.True(Math.Max(newton.Passes, conjugate.Passes) < gradient.Passes);
    }

    [Theory, InlineData("gap", 600), InlineData("promo", 400)]
    public void ConjugateGradientsStandInForTheMatrix(string family, int campaigns)
    {
        var problem = new AllocationProblem(AllocationGenerator.Generate(family, 10_000, campaigns, 10, 9).Columns);
        AllocationSolution matrix = AllocationSolver.Solve(problem, new AllocationOptions { Threads = 2, Method = AllocationMethod.Newton });
        AllocationSolution conjugate = AllocationSolver.Solve(problem, new AllocationOptions { Threads = 2 });
        Assert.True(matrix.Reached && conjugate.Reached, $"{matrix.Certificate} {conjugate.Certificate}");
        Assert.Equal(matrix.Certificate.Dual, conjugate.Certificate.Dual, 1e-4 * matrix.Certificate.Dual);
        Assert.InRange(conjugate.Passes, 1, 2 * matrix.Passes);
    }

    [Fact]
    public void ThousandsOfPricesAreNoHindrance()
    {
        var problem = new AllocationProblem(AllocationGenerator.Generate("promo", 30_000, 5_000, 12, 2).Columns);
        AllocationSolution solution = AllocationSolver.Solve(problem, new AllocationOptions { Gap = 1e-3, Threads = 2 });
        AllocationCertificate judged = CertificateChecker.Check(problem, solution.Prices, solution.Allocation);
        Assert.True(solution.Reached, solution.Certificate.ToString());
        Assert.InRange(judged.Gap, 0, 1e-3);
        Assert.InRange(judged.Violations.Largest, 0, 1e-9);
    }

    [Fact]
    public void ASolveRepeatsToTheBit()
    {
        var problem = new AllocationProblem(AllocationGenerator.Generate("promo", 2_000, 30, 10, 4).Columns);
        foreach (int threads in (int[])[1, 2, 3])
        {
            var options = new AllocationOptions { Threads = threads };
            AllocationSolution first = AllocationSolver.Solve(problem, options), second = AllocationSolver.Solve(problem, options);
            Assert.Equal(first.Allocation, second.Allocation);
            Assert.Equal(first.Prices.Budget, second.Prices.Budget);
            Assert.Equal(first.Passes, second.Passes);
        }
    }

    [Fact]
    public void AWarmStartSavesPasses()
    {
        var problem = new AllocationProblem(AllocationGenerator.Generate("promo", 5_000, 50, 10, 5).Columns);
        AllocationSolution cold = AllocationSolver.Solve(problem, new AllocationOptions { Threads = 1 });
        AllocationSolution warm = AllocationSolver.Solve(problem, new AllocationOptions { Threads = 1, WarmStart = cold.Prices });
        Assert.True(warm.Reached);
        Assert.True(warm.Passes < cold.Passes, $"{warm.Passes} passes after {cold.Passes}");
        var other = new AllocationProblem(AllocationGenerator.Generate("promo", 500, 51, 10, 5).Columns);
        Assert.Contains("50 budget prices (expected 51)",
            Assert.Throws<ArgumentException>(() => AllocationSolver.Solve(other, new AllocationOptions { WarmStart = cold.Prices })).Message);
    }

    [Fact]
    public void CancellationReturnsACertifiedFeasibleAnswer()
    {
        var problem = new AllocationProblem(AllocationGenerator.Generate("promo", 2_000, 30, 10, 6).Columns);
        using var cancellation = new CancellationTokenSource();
        int steps = 0;
        AllocationSolution solution = AllocationSolver.Solve(problem, new AllocationOptions { Threads = 1 },
            _ => { if (++steps == 6) cancellation.Cancel(); }, cancellation.Token);
        AllocationCertificate judged = CertificateChecker.Check(problem, solution.Prices, solution.Allocation);
        Assert.False(solution.Reached);
        Assert.InRange(judged.Violations.Largest, 0, 1e-9);
        Assert.Equal(judged.Primal, solution.Certificate.Primal, 1e-9 * judged.Dual);
        Assert.InRange(judged.Gap, 1e-4, 0.5);
    }

    [Fact]
    public void PromisesThatCannotBeKeptAreReportedByCampaign()
    {
        // Two listeners with one slot each; campaign 0 is promised five deliveries, campaign 1 none.
        var problem = new AllocationProblem(new AllocationColumns
        {
            Starts = [0, 2, 4], Campaigns = [0, 1, 0, 1], Values = [0.1f, 1, 0.1f, 1], Spends = [1, 1, 1, 1], Slots = [1, 1],
            Budgets = [double.PositiveInfinity, double.PositiveInfinity], Promised = [5, 0], Penalties = [2, 2],
        });
        AllocationSolution solution = AllocationSolver.Solve(problem, new AllocationOptions { Gap = 1e-6, Threads = 1 });
        Assert.True(solution.Reached);
        Assert.Equal(3, solution.Certificate.ShortfallByCampaign[0], 1e-5);
        Assert.Equal(0, solution.Certificate.ShortfallByCampaign[1]);
        Assert.Equal(0.2 - 2 * 3, solution.Certificate.Primal, 1e-5);
    }

    [Fact]
    public void ProgressTellsStagesOfFallingSmoothing()
    {
        var problem = new AllocationProblem(AllocationGenerator.Generate("gap", 1_000, 20, 8, 7).Columns);
        var seen = new List<AllocationProgress>();
        AllocationSolution solution = AllocationSolver.Solve(problem, new AllocationOptions { Threads = 1 }, seen.Add);
        Assert.Equal(solution.History, seen);
        Assert.True(seen.Zip(seen.Skip(1)).All(pair => pair.First.Passes <= pair.Second.Passes && pair.First.Smoothing >= pair.Second.Smoothing));
        Assert.InRange(seen[^1].Gap, 0, 1e-4);
    }

    [SkippableTheory, InlineData("avx512"), InlineData("vector-double"), InlineData("vector-single"), InlineData("scalar")]
    public void EveryVariantReachesTheGap(string kernel)
    {
        string? reason = OracleKernels.Variants.Single(variant => variant.Name == kernel).Reason;
        Skip.If(reason is not null, reason);
        var problem = new AllocationProblem(AllocationGenerator.Generate("promo", 1_000, 20, 8, 8).Columns);
        AllocationSolution solution = AllocationSolver.Solve(problem, new AllocationOptions { Threads = 2, KernelName = kernel });
        Assert.True(solution.Reached, solution.Certificate.ToString());
        Assert.Equal(kernel, solution.KernelName);
    }

    [Theory, InlineData(0.0), InlineData(1e-8), InlineData(2.0), InlineData(double.NaN)]
    public void AGapOutOfRangeIsRefused(double gap)
    {
        AllocationProblem problem = RandomAllocation.Problem(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => AllocationSolver.Solve(problem, new AllocationOptions { Gap = gap }));
    }
}
