using System.Diagnostics;
using System.Text.Json;
using Rubato.Kernels.Allocation;
using Rubato.Tests.Support;

namespace Rubato.Tests;

public sealed class DistributedSolveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(2), InlineData(3)]
    public void ValueAndGradientAreThoseOfOneProcess(int size)
    {
        var problem = new AllocationProblem(AllocationGenerator.Generate("promo", 3_000, 20, 8, 11).Columns);
        DualPoint expected = Evaluate(problem, SingleRank.Instance);
        DualPoint[] actual = ThreadRanks.Run(size, ranks => Evaluate(
            problem.Part(problem.ListenerCount * ranks.Rank / size, problem.ListenerCount * (ranks.Rank + 1) / size), ranks));
        foreach (DualPoint point in actual)
        {
            Assert.Equal(1, point.Value / expected.Value, 1e-12);
            Assert.Equal(1, point.Bound / expected.Bound, 1e-12);
            for (int row = 0; row < expected.Gradient.Length; row++)
                Assert.Equal(expected.Gradient[row], point.Gradient[row], 1e-12 * (1 + Math.Abs(expected.Usage[row])));
        }
    }

    [Theory, InlineData(AllocationMethod.Newton), InlineData(AllocationMethod.ConjugateNewton), InlineData(AllocationMethod.Gradient)]
    public void RanksAgreeAndTheirAnswerIsCertified(AllocationMethod method)
    {
        var problem = new AllocationProblem(AllocationGenerator.Generate("promo", 3_000, 20, 8, 12).Columns);
        AllocationSolution[] solutions = ThreadRanks.Run(3, ranks => AllocationSolver.SolvePart(problem, new AllocationOptions { Threads = 1, Method = method }, ranks));
        AllocationCertificate judged = CertificateChecker.Check(problem, solutions[0].Prices, solutions[0].Allocation);
        Assert.InRange(judged.Gap, 0, 1e-4);
        Assert.InRange(judged.Violations.Largest, 0, 1e-9);
        foreach (AllocationSolution solution in solutions) Assert.Equal(solutions[0].Prices.Budget, solution.Prices.Budget);
    }

    [SkippableFact]
    public void AnMpiJobOfTwoRanksWritesACertifiedFolder()
    {
        AllocationFolder.Write(_folder.File("problem"), AllocationGenerator.Generate("promo", 2_000, 20, 8, 13).Columns);
        (int code, string output, string error) = MpiRun("--problem", _folder.File("problem"), "--out", _folder.File("out"));
        Assert.True(code == 0, output + error);
        JsonElement json = JsonDocument.Parse(output.TrimEnd('\n').Split('\n')[^1]).RootElement;
        Assert.True(json.GetProperty("checked").GetProperty("agrees").GetBoolean());
        Assert.InRange(json.GetProperty("gap").GetDouble(), 0, 1e-4);
        Assert.Single(output.TrimEnd('\n').Split('\n')); // rank 0 alone reports
    }

    [SkippableFact]
    public void ARankThatFailsEndsTheJob()
    {
        (int code, _, string error) = MpiRun("--problem", _folder.File("nothing"), "--out", _folder.File("out"));
        Assert.NotEqual(0, code);
        Assert.Contains("no such file", error);
    }

    private static DualPoint Evaluate(AllocationProblem problem, IRankExchange ranks)
    {
        var rows = new DualRows(problem);
        using var oracle = new DualOracle(problem, rows, new WorkerTeam(1), CurvatureForm.Matrix, ranks);
        var point = new DualPoint(rows.Count);
        var random = new Random(1);
        for (int row = 0; row < rows.Count; row++) point.Prices[row] = 0.05 * random.NextDouble();
        oracle.Evaluate(point, 0.01, OracleKernels.Double, withCurvature: true, oracle.Edges.SliceCount);
        return point;
    }

    private static (int Code, string Output, string Error) MpiRun(params string[] options)
    {
        string? mpirun = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "mpirun")).FirstOrDefault(File.Exists);
        Skip.If(mpirun is null, "no mpirun: install Debian's openmpi-bin");
        var start = new ProcessStartInfo(mpirun, ["-n", "2", "--oversubscribe", "--allow-run-as-root", Environment.ProcessPath!,
            Path.Combine(AppContext.BaseDirectory, "rubato.dll"), "solve", "--mpi", "--threads", "1", "--check", "--json", .. options])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["OMPI_MCA_btl_vader_single_copy_mechanism"] = "none"; // containers often forbid reading another process's memory
        start.Environment["TERM"] = "dumb"; // mpirun gives ranks a terminal, to which .NET would send control sequences
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
