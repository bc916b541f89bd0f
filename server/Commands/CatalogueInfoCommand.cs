using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Rubato.Server.Commands;

/// <summary>rubato catalogue info: what a snapshot holds.</summary>
internal static class CatalogueInfoCommand
{
    private static readonly Argument<string> File = CatalogueCommand.File();
    private static readonly Option<bool> Json = CommandOptions.Json();

    public static Command Create()
    {
        var command = new Command("info", "Describe a snapshot.") { File, Json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult line)
    {
        using Catalogue catalogue = Catalogue.Open(line.GetRequiredValue(File));
        TextWriter output = line.InvocationConfiguration.Output;
        if (line.GetValue(Json)) JsonLine.Write(output, json => Write(json, catalogue));
        else Write(output, catalogue);
        return CommandErrors.Done;
    }

    /// <summary>What a snapshot holds, as properties of a JSON object.</summary>
    public static void Write(Utf8JsonWriter json, Catalogue catalogue)
    {
        CatalogueSummary summary = catalogue.Summarize();
        json.WriteString("file", catalogue.Path);
        json.WriteNumber("bytes", catalogue.Bytes);
        json.WriteNumber("rows", catalogue.Rows);
        json.WriteNumber("dimension", catalogue.Dimension);
        json.WriteString("created", catalogue.Created);
        json.WriteNumber("generation", catalogue.Generation);
        json.WriteBoolean("ids_are_row_numbers", summary.TrackIdsAreRowNumbers);
        if (float.IsFinite(summary.NormMax)) json.WriteNumber("norm_max", summary.NormMax);
        else json.WriteNull("norm_max"); // JSON has no infinity
        json.WriteNumber("licensors", summary.Licensors);
        json.WriteStartArray("markets");
        foreach (string market in summary.Markets) json.WriteStringValue(market);
        json.WriteEndArray();
        json.WriteNumber("restricted_tracks", summary.RestrictedTracks);
        json.WriteNumber("explicit_tracks", summary.ExplicitTracks);
        json.WriteNumber("dated_tracks", summary.DatedTracks);
        json.WriteBoolean("quantised", summary.Quantised);
        if (!summary.Quantised) json.WriteString("not_quantised_because", WhyNot(summary));
        json.WriteStartArray("sections");
        foreach (CatalogueSection section in summary.Sections)
        {
            json.WriteStartObject();
            json.WriteString("name", section.Name);
            json.WriteNumber("offset", section.Offset);
            json.WriteNumber("bytes", section.Bytes);
            json.WriteString("crc32c", section.Crc.ToString("x8", CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Write(TextWriter output, Catalogue catalogue)
    {
        CatalogueSummary summary = catalogue.Summarize();
        output.WriteLine($"file        {catalogue.Path}, {catalogue.Bytes} bytes");
        output.WriteLine($"tracks      {catalogue.Rows} × {catalogue.Dimension}, norms up to {summary.NormMax}");
        output.WriteLine($"ids         {(summary.TrackIdsAreRowNumbers ? "row numbers" : "listed")}");
        output.WriteLine($"created     {catalogue.Created:yyyy-MM-dd HH:mm:ss.ffffff} UTC, generation {catalogue.Generation}");
        output.WriteLine($"licensors   {summary.Licensors}");
        output.WriteLine($"markets     {(summary.Markets.Count == 0 ? "none named" : string.Join(' ', summary.Markets))}");
        output.WriteLine($"restricted  {summary.RestrictedTracks} tracks");
        output.WriteLine($"explicit    {summary.ExplicitTracks} tracks");
        output.WriteLine($"dated       {summary.DatedTracks} tracks");
        output.WriteLine($"int8 copy   {(summary.Quantised ? "yes" : $"none, searches read fp32: {WhyNot(summary)}")}");
        foreach (CatalogueSection section in summary.Sections)
            output.WriteLine($"section     {section.Name,-15} {section.Bytes,14} bytes at {section.Offset,-14} crc32c {section.Crc:x8}");
    }

    private static string WhyNot(CatalogueSummary summary) => summary.QuantisedFits ? "left out when the snapshot was built" : "too many rows × dimension for one";
}
