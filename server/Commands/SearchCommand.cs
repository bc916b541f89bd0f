using System.CommandLine;
using Rubato.Kernels.Similarity;

namespace Rubato.Server.Commands;

/// <summary>rubato search: exact top-k of a file of queries over all tracks of a catalogue.</summary>
internal static class SearchCommand
{
    private const int BatchMax = 4096;
    private static readonly Option<string> CatalogueFile = CommandOptions.Path("--catalogue", "catalogue snapshot (.rbt)");
    private static readonly Option<string> Queries = CommandOptions.Path("--queries", "query vectors: .npy f4 or f2 [queries, dimension]");
    private static readonly Option<int> K = CommandOptions.Integer("--k", "tracks per query", 1, ScanRequest.KMax);
    private static readonly Option<int> Threads = CommandOptions.Integer("--threads", "threads of one search", 1, RowSearcher.ThreadsMax, byDefault: 1);
    private static readonly Option<int> Batch = CommandOptions.Integer("--batch", "queries per call", 1, BatchMax, byDefault: 1);
    private static readonly Option<string?> Variant = Variants();
    private static readonly Option<string> OutIds = CommandOptions.Path("--out-ids", "track ids found: .npy i8 [queries, k], −1 past the last track");
    private static readonly Option<string> OutScores = CommandOptions.Path("--out-scores", "their scores: .npy f4 [queries, k], −∞ past the last track");
    private static readonly Option<bool> Json = CommandOptions.Json();

    public static Command Create()
    {
        var command = new Command("search", "Exact top-k by inner product.") { CatalogueFile, Queries, K, Threads, Batch, Variant, OutIds, OutScores, Json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult line)
    {
        string outIds = line.GetRequiredValue(OutIds), outScores = line.GetRequiredValue(OutScores);
        OutputFiles.Check([(OutIds.Name, outIds), (OutScores.Name, outScores)],
            (CatalogueFile.Name, line.GetRequiredValue(CatalogueFile)), (Queries.Name, line.GetRequiredValue(Queries)));
        using Catalogue catalogue = Catalogue.Open(line.GetRequiredValue(CatalogueFile));
        IScanKernel kernel = ScanKernels.Pick(line.GetValue(Variant));
        if (kernel is IDeviceScan devices) devices.Degraded += reason => CommandErrors.Write(line.InvocationConfiguration.Error, reason); // the CPU answers then
        using var searcher = new RowSearcher(catalogue, kernel, line.GetValue(Threads));
        var queries = QueryFile.Read(line.GetRequiredValue(Queries), catalogue.Dimension, line.GetValue(K));
        SearchRun run = SearchRun.Measure(catalogue, searcher, queries, line.GetValue(K), line.GetValue(Batch));
        NpyFile.Write<long>(outIds, run.TrackIds, columns: run.K);
        NpyFile.Write<float>(outScores, run.Scores, columns: run.K);
        TextWriter output = line.InvocationConfiguration.Output;
        if (line.GetValue(Json)) run.Write(output);
        else output.WriteLine(run.ToString());
        return CommandErrors.Done;
    }

    private static Option<string?> Variants()
    {
        string names = string.Join(", ", ScanKernels.Names);
        Option<string?> option = CommandOptions.OptionalPath("--variant", $"kernel variant: {names}; default the fastest that this machine runs");
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: string name }] && !ScanKernels.Names.Contains(name))
                result.AddError($"--variant {name} is not one of {names}.");
        });
        return option;
    }
}
