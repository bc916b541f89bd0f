using BenchmarkDotNet.Attributes;
using Rubato.Kernels.Allocation;
using Rubato.Tests.Support;

namespace Rubato.Bench;

/// <summary>What does one pass cost per edge at the coarse and the fine smoothing of a solve, with and without second derivatives, on one thread and two?</summary>
[MemoryDiagnoser]
public class OraclePassBench
{
    private const int Campaigns = 1_000, Listeners = 100_000;
    private DualOracle _oracle = null!;
    private DualPoint _point = null!;
    private IOracleKernel _kernel = null!;

    [Params("avx512", "vector-double")] public string Kernel { get; set; } = "";

    [Params("gap", "promo")] public string Family { get; set; } = "";

    [Params(3e-2, 1e-3)] public double Smoothing { get; set; }

    [Params(false, true)] public bool Curvature { get; set; }

    [Params(1, 2)] public int Threads { get; set; }

    /// <summary>Prices near the optimum, because the share of fractional listeners decides the cost.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var problem = new AllocationProblem(AllocationGenerator.Generate(Family, Listeners, Campaigns, 15, 1).Columns);
        AllocationPrices solved = AllocationSolver.Solve(problem, new AllocationOptions { Gap = 1e-2 }).Prices;
        var rows = new DualRows(problem);
        _kernel = OracleKernels.Pick(Kernel);
        _oracle = new DualOracle(problem, rows, new WorkerTeam(Threads), CurvatureForm.Edges, SingleRank.Instance);
        _point = new DualPoint(rows.Count);
        PriceVector.Read(solved, problem, rows, _point.Prices);
    }

    /// <summary>Ends the threads.</summary>
    [GlobalCleanup]
    public void Cleanup() => _oracle.Dispose();

    /// <summary>Nanoseconds ÷ 1.5 million edges.</summary>
    [Benchmark(OperationsPerInvoke = 1_501_557)]
    public double Pass()
    {
        _oracle.Evaluate(_point, Smoothing, _kernel, Curvature, _oracle.Edges.SliceCount);
        return _point.Bound;
    }
}
