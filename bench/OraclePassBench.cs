using BenchmarkDotNet.Attributes;
using Rubato.Kernels.Allocation;
using Rubato.Tests.Support;

namespace Rubato.Bench;

/// <summary>What does one pass cost per edge, at the coarse and the fine smoothing of a solve, with and without second derivatives?</summary>
[MemoryDiagnoser]
public class OraclePassBench
{
    private const int Campaigns = 1_000, Listeners = 100_000;
    private EdgeSlices _edges = null!;
    private OraclePrices _prices = null!;
    private OracleSums _sums = null!;
    private IOracleKernel _kernel = null!;

    [Params("avx512", "vector-double", "vector-single")] public string Kernel { get; set; } = "";

    [Params("gap", "promo")] public string Family { get; set; } = "";

    [Params(1e-2, 1e-3)] public double Smoothing { get; set; }

    [Params(false, true)] public bool Curvature { get; set; }

    /// <summary>Prices near the optimum, because the share of fractional listeners decides the cost.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var problem = new AllocationProblem(AllocationGenerator.Generate(Family, Listeners, Campaigns, 15, 1).Columns);
        AllocationPrices solved = AllocationSolver.Solve(problem, new AllocationOptions { Gap = 1e-2 }).Prices;
        _kernel = OracleKernels.Pick(Kernel);
        _edges = EdgeSlicesBuilder.Build(problem.Edges, new CampaignGate[Campaigns], problem.CohortCount, threads: 2);
        _prices = new OraclePrices(Campaigns, problem.CohortCount) { Smoothing = Smoothing };
        for (int j = 0; j < Campaigns; j++)
        {
            _prices.Budget[j] = solved.Budget[j];
            if (Family == "promo") _prices.Offset[j] = solved.Promise[j] - solved.Licensor[problem.Columns.Licensors[j]];
        }
        solved.Cohort.CopyTo(_prices.Cohort, 0);
        _prices.Round();
        _sums = new OracleSums(_edges, new DenseCurvature(new DualRows(problem).Prices, _edges.WidthMax));
    }

    /// <summary>Nanoseconds ÷ 1.5 million edges.</summary>
    [Benchmark(OperationsPerInvoke = 1_501_557)]
    public double Pass()
    {
        _sums.Clear(Curvature);
        _kernel.Evaluate(_edges, _prices, 0, _edges.SliceCount, _sums);
        return _sums.Bound;
    }
}
