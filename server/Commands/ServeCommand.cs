using System.CommandLine;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Rubato.Server.Commands;

/// <summary>rubato serve: runs the server until SIGTERM or Ctrl-C, then drains.</summary>
internal static class ServeCommand
{
    public const string Name = "serve";

    private static readonly Option<string?> Config = CommandOptions.OptionalPath("--config", "configuration file (rubato.json)");

    /// <summary>Options of the command line and the configuration keys that they set.</summary>
    private static readonly (Option<string?> Option, string Key)[] Keyed =
    [
        (CommandOptions.OptionalPath("--catalogue", "catalogue snapshot (.rbt)"), "Data:Catalogue"),
        (CommandOptions.OptionalPath("--campaigns", "campaigns file (.json)"), "Data:Campaigns"),
        (CommandOptions.OptionalPath("--ledger", "folder of the budget ledger; without it slates cost nothing"), "Ledger:Path"),
        (CommandOptions.OptionalPath("--prices", "price folder of a solve"), "Data:Prices"),
        (CommandOptions.OptionalPath("--models", "model repository"), "Data:Models"),
        (CommandOptions.OptionalPath("--ranker", "model of the repository that gives candidates their relevance [default: none]"), "Models:Ranker"),
        (new("--listen") { Description = "address of the binary protocol [default: 127.0.0.1:7400]" }, "Server:Listen"),
        (new("--admin") { Description = "address of /healthz, /readyz and /metrics, or none [default: 127.0.0.1:7401]" }, "Server:Admin"),
        (new("--kserve") { Description = "address of the Open Inference Protocol (KServe v2) [default: none]" }, "Server:KServe"),
        (new("--variant") { Description = "kernel variant; rubato doctor lists them [default: the fastest]" }, "Scoring:Variant"),
    ];

    private static readonly Option<bool> Insecure = new("--insecure") { Description = "allow addresses beyond loopback without authentication" };
    private static readonly Option<string[]> Set = new("--set") { Description = "any configuration key, as Section:Key=value; may be repeated; the keys are listed below" };

    public static Command Create()
    {
        var command = new Command(Name, "Run the server until SIGTERM or Ctrl-C. Configuration: file < RUBATO__Section__Key environment < options.") { Config, Insecure, Set };
        foreach ((Option<string?> option, _) in Keyed) command.Add(option);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult line, CancellationToken cancellation)
    {
        ServerOptions options = OptionsLoader.Load(line.GetValue(Config), CommandLineValues(line), Environment.GetEnvironmentVariables());
        using ILoggerFactory logging = LoggerFactory.Create(builder => builder
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace) // standard output is for the ready line
            .AddSimpleConsole(format =>
            {
                format.SingleLine = true;
                format.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
                format.UseUtcTimestamp = true;
            }));
        await using var server = new RubatoServer(options, logging.CreateLogger("rubato"));
        using PosixSignalRegistration reload = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            server.Campaigns.Reread();
        });
        HttpEndpoint? admin = options.Admin is { } address ? await AdminEndpoint.StartAsync(address, server).ConfigureAwait(false) : null;
        HttpEndpoint? kserve = options.KServe is { } open ? await KServeEndpoint.StartAsync(open, server).ConfigureAwait(false) : null;
        TextWriter output = line.InvocationConfiguration.Output;
        await output.WriteLineAsync($"rubato ready: listen {server.Address} admin {(admin is null ? "none" : admin.Address)}{(kserve is null ? "" : $" kserve {kserve.Address}")}").ConfigureAwait(false);
        await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);

        await Task.Delay(Timeout.Infinite, cancellation).ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
        await server.DrainAsync().ConfigureAwait(false);
        if (kserve is not null) await kserve.DisposeAsync().ConfigureAwait(false);
        if (admin is not null) await admin.DisposeAsync().ConfigureAwait(false);
        return CommandErrors.Done;
    }

    private static Dictionary<string, string> CommandLineValues(ParseResult line)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string pair in line.GetValue(Set) ?? [])
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1) throw new UsageException($"--set {pair}: must be Section:Key=value");
            values[pair[..equals]] = pair[(equals + 1)..];
        }
        foreach ((Option<string?> option, string key) in Keyed)
        {
            if (line.GetValue(option) is { } value) values[key] = value;
        }
        if (line.GetValue(Insecure)) values["Server:Insecure"] = "true";
        return values;
    }
}
