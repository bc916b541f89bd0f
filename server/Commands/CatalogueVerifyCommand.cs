using System.CommandLine;
using System.Diagnostics;

namespace Rubato.Server.Commands;

/// <summary>rubato catalogue verify: is every byte of a snapshot as it was written, and every value one that it may hold?</summary>
internal static class CatalogueVerifyCommand
{
    private static readonly Argument<string> File = CatalogueCommand.File();
    private static readonly Option<bool> Json = CommandOptions.Json();

    public static Command Create()
    {
        var command = new Command("verify", "Check every byte of a snapshot.") { File, Json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult line)
    {
        string path = line.GetRequiredValue(File);
        TextWriter output = line.InvocationConfiguration.Output;
        long start = Stopwatch.GetTimestamp();
        try
        {
            using Catalogue catalogue = Catalogue.Open(path);
            catalogue.Verify();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (line.GetValue(Json)) Report(output, path, error: null, seconds);
            else output.WriteLine($"{path}: sound, {catalogue.Bytes} bytes in {seconds * 1000:F1} ms");
            return CommandErrors.Done;
        }
        catch (CatalogueException problem) when (line.GetValue(Json))
        {
            CommandErrors.Write(line.InvocationConfiguration.Error, problem.Message);
            Report(output, path, problem.Message, Stopwatch.GetElapsedTime(start).TotalSeconds);
            return CommandErrors.Failed;
        }
    }

    private static void Report(TextWriter output, string path, string? error, double seconds) => JsonLine.Write(output, json =>
    {
        json.WriteString("file", path);
        json.WriteBoolean("ok", error is null);
        if (error is not null) json.WriteString("error", error);
        json.WriteNumber("seconds", seconds);
    });
}
