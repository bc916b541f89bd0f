using Rubato.Tests.Support;

namespace Rubato.Tests;

public class KnownAnswersTests
{
    // Proven by an independent solver (basic optimal solutions, feasible values and dual bounds) or in closed form; NaN where nothing is known.
    [SkippableTheory]
    [InlineData("gap", 10_000, 100, 1, "79f0884292e6bd9e", 1027.27732207, 1027.27732207)]
    [InlineData("gap", 10_000, 100, 2, "11fddbc47931d57a", 1344.9888564, 1344.9888564)]
    [InlineData("gap", 100_000, 1_000, 1, "aa1d4b2c4cc439ea", 10439.98169, 10440.01238)]
    [InlineData("gap", 1_000_000, 1_000, 1, "cff7d1a959d84cda", 103861.755, 103861.7873)]
    [InlineData("match", 10_000, 100, 1, "ea98e6cdd9d53885", 566.4916554005335, 566.491671863)]
    [InlineData("match", 100_000, 1_000, 1, "960a782116c134ca", 6149.698062594106, 6149.698062594106)]
    [InlineData("promo", 10_000, 100, 1, "16977688db259f2e", 1246.68233632, 1246.68233632)]
    [InlineData("promo", 10_000, 100, 2, "73319d18eec9b991", 1627.01573883, 1627.01573883)]
    [InlineData("promo", 100_000, 1_000, 1, "60b9797294be357f", double.NaN, 14401.0285)]
    public void TheCertificateEnclosesTheKnownOptimum(string family, int listeners, int campaigns, int seed, string checksum, double least, double most)
    {
        (AllocationColumns columns, string made) = AllocationGenerator.Generate(family, listeners, campaigns, 15, (ulong)seed);
        Skip.If(made != checksum, $"this C library's log, exp or cos makes another problem: checksum {made}, expected {checksum}");
        var problem = new AllocationProblem(columns);
        AllocationSolution solution = AllocationSolver.Solve(problem, new AllocationOptions { Gap = 1e-4, Threads = 2 });
        AllocationCertificate judged = CertificateChecker.Check(problem, solution.Prices, solution.Allocation);
        Assert.True(solution.Reached, solution.Certificate.ToString());
        Assert.InRange(judged.Gap, 0, 1e-4);
        Assert.InRange(judged.Violations.Largest, 0, 1e-9);
        Assert.Equal(judged.Primal, solution.Certificate.Primal, 1e-9 * most);
        Assert.Equal(judged.Dual, solution.Certificate.Dual, 1e-9 * most);
        Assert.True(judged.Primal <= most * (1 + 1e-6), $"{judged.Primal} is above the proven optimum {most}");
        if (!double.IsNaN(least)) Assert.True(judged.Dual >= least * (1 - 1e-6), $"{judged.Dual} is below the feasible value {least}");
    }
}
