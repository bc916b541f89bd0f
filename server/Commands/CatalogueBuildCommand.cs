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

    private static readonly Option<bool> NoQuantised = new("--no-quantised")
    {
        Description = "leave out the int8 copy of the vectors: a fifth to a half less file, and every search reads fp32",
    };

    private static readonly Option<bool> Json = CommandOptions.Json();

    public static Command Create()
    {
        var command = new Command("build", "Build a snapshot from .npy and JSONL files.") { Vectors, Ids, Attributes, Out, NoQuantised, Json };
        command.SetAction((line, cancellation) => Task.Run(() => Run(line, cancellation), cancellation));
        return command;
    }

    private static int Run(ParseResult line, CancellationToken cancellation)
    {
        string path = line.GetRequiredValue(Out);
        var sources = new CatalogueSources
        {
            VectorsPath = line.GetRequiredValue(Vectors),
            TrackIdsPath = line.GetValue(Ids),
            AttributesPath = line.GetValue(Attributes),
            Quantised = !line.GetValue(NoQuantised),
        };
        OutputFiles.Check([(Out.Name, path)], (Vectors.Name, sources.VectorsPath), (Ids.Name, sources.TrackIdsPath), (Attributes.Name, sources.AttributesPath));
        using (var vectors = new NpyReader<float>(sources.VectorsPath, widenHalf: true))
        using (var written = new ProgressLine("vectors", vectors.Rows))
        using (var quantised = new ProgressLine("int8 copy", vectors.Rows))
            CatalogueBuilder.Build(sources, path, written, quantised, cancellation);
        using Catalogue catalogue = Catalogue.Open(path); // what was written is what will be read
        TextWriter output = line.InvocationConfiguration.Output;
        if (line.GetValue(Json)) JsonLine.Write(output, json => CatalogueInfoCommand.Write(json, catalogue));
        else output.WriteLine($"{path}: {catalogue.Rows} tracks × {catalogue.Dimension}, {catalogue.Bytes} bytes, generation {catalogue.Generation}");
        return CommandErrors.Done;
    }
}
