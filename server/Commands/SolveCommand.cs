using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Rubato.Kernels.Allocation;
using Rubato.Kernels.Similarity;

namespace Rubato.Server.Commands;

/// <summary>rubato solve: batch allocation with a certificate.</summary>
internal static class SolveCommand
{
    private static readonly Option<string?> Problem = CommandOptions.OptionalPath("--problem", "folder of .npy files (docs/ALLOCATION.md)");
    private static readonly Option<string?> CatalogueFile = CommandOptions.OptionalPath("--catalogue", "instead of --problem: catalogue snapshot (.rbt)");
    private static readonly Option<string?> Listeners = CommandOptions.OptionalPath("--listeners", "listener vectors: .npy f4 or f2 [listeners, dimension]");
    private static readonly Option<string?> Campaigns = CommandOptions.OptionalPath("--campaigns", "campaigns.json (docs/SCORING.md)");
    private static readonly Option<string?> Cohorts = CommandOptions.OptionalPath("--cohorts", "cohort id of each listener, 0 = none: .npy i4 [listeners]");
    private static readonly Option<int> Slots = CommandOptions.Integer("--slots", "slots of every listener", 0, 1_000_000, 1);
    private static readonly Option<int> Candidates = CommandOptions.Integer("--candidates", "promoted tracks considered per listener", 1, ScanRequest.KMax, 64);
    private static readonly Option<double> Gap = GapOption();
    private static readonly Option<int> Threads = CommandOptions.Integer("--threads", "threads", 1, 1024, Environment.ProcessorCount);
    private static readonly Option<string?> Method = CommandOptions.OneOf("--method", "dual method", ["newton", "conjugate", "gradient"], "newton up to 256 prices, conjugate beyond");
    private static readonly Option<string?> Variant = CommandOptions.OneOf("--variant", "oracle variant", OracleKernels.Names, OracleKernels.Pick().Name);
    private static readonly Option<string?> Warm = CommandOptions.OptionalPath("--warm", "price folder of an earlier solve to start from");
    private static readonly Option<bool> Check = new("--check") { Description = "recompute the certificate from the raw problem and fail where it differs" };
    private static readonly Option<string?> Plot = CommandOptions.OptionalPath("--plot", "SVG of the gap over the passes");
    private static readonly Option<string> Out = CommandOptions.Path("--out", "folder to write: prices, allocation.npy, certificate.json");
    private static readonly Option<bool> Mpi = new("--mpi") { Description = "share the listeners out over the ranks of an mpirun job" };
    private static readonly Option<bool> Json = CommandOptions.Json();

    public static Command Create()
    {
        var command = new Command("solve", "Batch allocation with a proof of its quality.")
            { Problem, CatalogueFile, Listeners, Campaigns, Cohorts, Slots, Candidates, Gap, Threads, Method, Variant, Warm, Check, Plot, Mpi, Out, Json };
        command.Validators.Add(result =>
        {
            bool folder = result.GetValue(Problem) is not null;
            int vectors = new[] { CatalogueFile, Listeners, Campaigns }.Count(option => result.GetValue(option) is not null);
            if (vectors != (folder ? 0 : 3)) result.AddError("Either --problem or all of --catalogue, --listeners and --campaigns are required.");
        });
        command.SetAction((line, cancellation) => Task.FromResult(line.GetValue(Mpi) ? RunRanks(line, cancellation) : Run(line, null, cancellation)));
        return command;
    }

    // A rank that fails takes the whole job with it: the others would wait for it for ever.
    private static int RunRanks(ParseResult line, CancellationToken cancellation)
    {
        using MpiRanks ranks = MpiRanks.Join();
        try
        {
            return Run(line, ranks, cancellation);
        }
        catch (Exception problem)
        {
            CommandErrors.Write(line.InvocationConfiguration.Error, $"rank {ranks.Rank}: {problem.Message}");
            ranks.Abort(CommandErrors.Failed);
            throw;
        }
    }

    private static int Run(ParseResult line, MpiRanks? ranks, CancellationToken cancellation)
    {
        SolveFolder.Check(line.GetRequiredValue(Out), line.GetValue(Problem));
        if (line.GetValue(Plot) is { } figure)
            OutputFiles.Check([(Plot.Name, figure)], new[] { CatalogueFile, Listeners, Campaigns, Cohorts }.Select(input => (input.Name, line.GetValue(input))).ToArray());
        long begin = Stopwatch.GetTimestamp();
        CatalogueAllocation? made = line.GetValue(Problem) is null ? FromCatalogue(line) : null;
        AllocationProblem problem = made?.Problem ?? AllocationFolder.Read(line.GetRequiredValue(Problem)!);
        AllocationOptions options = OptionsOf(line, problem);
        double loadSeconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        AllocationSolution solution;
        using (var progress = new SolveProgressLine(options.Gap))
            solution = ranks is null ? AllocationSolver.Solve(problem, options, progress.Report, cancellation)
                : AllocationSolver.SolveDistributed(problem, options, ranks, progress.Report, cancellation);
        if (ranks is { Rank: > 0 }) return CommandErrors.Done; // rank 0 has everything and reports
        AllocationCertificate? judged = line.GetValue(Check) ? CertificateChecker.Check(problem, solution.Prices, solution.Allocation) : null;
        var report = new SolveReport(solution, made, loadSeconds, judged);
        report.WriteFolder(line.GetRequiredValue(Out));
        if (line.GetValue(Plot) is { } plot) File.WriteAllText(plot, GapPlot.Draw(solution.History, options.Gap));
        TextWriter output = line.InvocationConfiguration.Output;
        if (line.GetValue(Json)) JsonLine.Write(output, report.Write);
        else output.WriteLine(report.ToString());
        if (report.Problem(options.Gap, cancellation.IsCancellationRequested) is not { } failure) return CommandErrors.Done;
        CommandErrors.Write(line.InvocationConfiguration.Error, failure);
        return CommandErrors.Failed;
    }

    private static CatalogueAllocation FromCatalogue(ParseResult line)
    {
        using Catalogue catalogue = Catalogue.Open(line.GetRequiredValue(CatalogueFile)!);
        float[] listeners = QueryFile.Read(line.GetRequiredValue(Listeners)!, catalogue.Dimension, k: 1);
        int[] cohorts = line.GetValue(Cohorts) is { } path ? NpyFile.Read<int>(path, dimensions: 1, listeners.Length / catalogue.Dimension).Values : [];
        return CatalogueAllocation.Build(catalogue, listeners, line.GetRequiredValue(Campaigns)!, cohorts, new CatalogueAllocationOptions
        {
            CandidateCount = line.GetValue(Candidates),
            Slots = line.GetValue(Slots),
            Threads = Math.Min(line.GetValue(Threads), RowSearcher.ThreadsMax),
        });
    }

    private static AllocationOptions OptionsOf(ParseResult line, AllocationProblem problem) => new()
    {
        Gap = line.GetValue(Gap),
        Threads = line.GetValue(Threads),
        KernelName = line.GetValue(Variant),
        Method = line.GetValue(Method) switch
        {
            "newton" => AllocationMethod.Newton,
            "conjugate" => AllocationMethod.ConjugateNewton,
            "gradient" => AllocationMethod.Gradient,
            _ => AllocationMethod.Automatic,
        },
        WarmStart = line.GetValue(Warm) is { } folder ? AllocationPriceFolder.Read(folder, problem) : null,
    };

    private static Option<double> GapOption()
    {
        var option = new Option<double>("--gap") { Description = "relative gap wanted, 1e-7 to 1", DefaultValueFactory = _ => new AllocationOptions().Gap };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: string text }]
                && !(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double gap) && gap is >= 1e-7 and <= 1))
                result.AddError($"--gap {text} is not a number from 1e-7 to 1.");
        });
        return option;
    }
}
