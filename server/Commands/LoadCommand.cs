using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Rubato.Server.Commands;

/// <summary>rubato load: measures a server from outside.</summary>
internal static class LoadCommand
{
    private static readonly Option<string> Target = new("--target") { Description = "address of the server, such as 127.0.0.1:7400", Required = true };
    private static readonly Option<double?> Rate = new("--rate")
    {
        Description = "requests per second: open loop, Poisson arrivals, latency from the scheduled time; without it closed loop",
    };

    private static readonly Option<int> Connections = CommandOptions.Integer("--connections", "connections", 1, 1024, 1);
    private static readonly Option<int> InFlight = CommandOptions.Integer("--in-flight", "closed loop: requests in flight over all connections", 1, 65_536, 1);
    private static readonly Option<int> Candidates = CommandOptions.Integer("--candidates", "candidates per SCORE", 1, 65_536, 100);
    private static readonly Option<int> Slots = CommandOptions.Integer("--slots", "send RECOMMEND for a slate of so many slots instead of SCORE", 0, 4096, 0);
    private static readonly Option<bool> Expose = new("--expose") { Description = "with --slots: report every promoted track as streamed, behind the answer" };
    private static readonly Option<double> Seconds = new("--seconds") { Description = "seconds of measurement", DefaultValueFactory = _ => 10 };
    private static readonly Option<long?> Requests = new("--requests") { Description = "end after so many answers, if that comes first" };
    private static readonly Option<string?> Ids = CommandOptions.OptionalPath("--ids", "track ids to draw candidates from (.npy i8), where they are not 0 to tracks - 1");
    private static readonly Option<bool> Json = CommandOptions.Json();

    public static Command Create()
    {
        var command = new Command("load", "Send seeded random requests to a server and report the latencies.")
        {
            Target, Rate, Connections, InFlight, Candidates, Slots, Expose, Seconds, Requests, Ids, Json,
        };
        Rate.Validators.Add(result => RequirePositive(result.Tokens, "--rate", result.AddError));
        Seconds.Validators.Add(result => RequirePositive(result.Tokens, "--seconds", result.AddError));
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        LoadReport report = await LoadGenerator.RunAsync(Options(line), cancellation).ConfigureAwait(false);
        TextWriter output = line.InvocationConfiguration.Output;
        if (line.GetValue(Json)) JsonLine.Write(output, json => Write(json, report));
        else Write(output, report);
        return report.Ok > 0 ? CommandErrors.Done : CommandErrors.Failed;
    }

    private static LoadOptions Options(ParseResult line)
    {
        try
        {
            return new LoadOptions
            {
                Target = Setting.ParseAddress(line.GetRequiredValue(Target)),
                Rate = line.GetValue(Rate),
                Connections = line.GetValue(Connections),
                InFlight = Math.Max(line.GetValue(InFlight), line.GetValue(Connections)),
                Candidates = line.GetValue(Candidates),
                Slots = line.GetValue(Slots),
                Expose = line.GetValue(Expose),
                Seconds = line.GetValue(Seconds),
                Requests = line.GetValue(Requests),
                TrackIds = line.GetValue(Ids) is { } ids ? NpyFile.Read<long>(ids, dimensions: 1).Values : null,
            };
        }
        catch (FormatException)
        {
            throw new UsageException($"--target {line.GetRequiredValue(Target)}: must be an IP address and a port, such as 127.0.0.1:7400");
        }
    }

    private static void RequirePositive(IReadOnlyList<System.CommandLine.Parsing.Token> tokens, string name, Action<string> error)
    {
        if (tokens is [{ Value: string text }] && !(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && value is > 0 and <= 1e9))
            error($"{name} {text} is not a number above 0.");
    }

    private static void Write(Utf8JsonWriter json, LoadReport report)
    {
        json.WriteString("mode", report.Mode);
        json.WriteNumber("sent", report.Sent);
        json.WriteNumber("ok", report.Ok);
        json.WriteStartObject("errors");
        foreach ((string code, long count) in report.Errors) json.WriteNumber(code, count);
        json.WriteEndObject();
        json.WriteNumber("requests_per_second", Math.Round(report.Ok / report.Seconds, 1));
        json.WriteNumber("p50_us", Microseconds(report.Latency.Percentile(0.5)));
        json.WriteNumber("p90_us", Microseconds(report.Latency.Percentile(0.9)));
        json.WriteNumber("p99_us", Microseconds(report.Latency.Percentile(0.99)));
        json.WriteNumber("p999_us", Microseconds(report.Latency.Percentile(0.999)));
        json.WriteNumber("max_us", Microseconds(report.Latency.MaxNanoseconds));
        json.WriteNumber("slip_us", Microseconds(report.Slip.Percentile(0.5)));
        if (report.Exposed > 0) json.WriteNumber("exposed", report.Exposed);
    }

    private static void Write(TextWriter output, LoadReport report)
    {
        output.WriteLine($"{report.Mode} loop: {report.Sent} sent, {report.Ok} answered, {report.Ok / report.Seconds:0} per second");
        foreach ((string code, long count) in report.Errors) output.WriteLine($"  {count} × {code}");
        if (report.Exposed > 0) output.WriteLine($"  {report.Exposed} deliveries exposed and settled");
        foreach ((string name, double share) in new[] { ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("max", 1.0) })
            output.WriteLine($"  {name,-6}{Microseconds(report.Latency.Percentile(share)),10:0.0} µs");
        if (report.Mode == "open") output.WriteLine($"  sent {Microseconds(report.Slip.Percentile(0.5)):0.0} µs after schedule (median)");
    }

    private static double Microseconds(long nanoseconds) => Math.Round(nanoseconds / 1000.0, 1);
}
