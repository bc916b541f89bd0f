using System.CommandLine;

namespace Rubato.Server.Commands;

/// <summary>rubato catalogue build: vectors, ids and attributes → snapshot.</summary>
internal static class CatalogueBuildCommand
{
    private static readonly Option<string> Vectors = CommandOptions.Path("--vectors", "track vectors: .npy f4 or f2 [rows, dimension]");
    private static readonly Option<string?> Ids = CommandOptions.OptionalPath("--ids", "track ids: .npy i8 [rows], unique; default 0 to rows − 1");
    private static readonly Option<string?> Attributes = CommandOptions.OptionalPath("--attributes",
        "attributes: one JSON object per line and row with licensor, markets, explicit, releaseDay");
    private static readonly Option<string> Out = CommandOptions.Path("--out", "the snapshot to write; an old one is replaced by rename");

    public static Command Create()
    {
        var command = new Command("build", "Build a snapshot from .npy and JSONL files.") { Vectors, Ids, Attributes, Out };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult line)
    {
        string path = line.GetRequiredValue(Out);
        var sources = new CatalogueSources
        {
            VectorsPath = line.GetRequiredValue(Vectors),
            TrackIdsPath = line.GetValue(Ids),
            AttributesPath = line.GetValue(Attributes),
        };
        using (var vectors = new NpyReader<float>(sources.VectorsPath, widenHalf: true))
        using (var progress = new ProgressLine("vectors", vectors.Rows))
            CatalogueBuilder.Build(sources, path, progress);
        using Catalogue catalogue = Catalogue.Open(path); // what was written is what will be read
        line.InvocationConfiguration.Output.WriteLine($"{path}: {catalogue.Rows} tracks × {catalogue.Dimension}, {catalogue.Bytes} bytes");
        return CommandErrors.Done;
    }
}
