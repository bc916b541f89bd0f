using System.CommandLine;

namespace Rubato.Server.Commands;

/// <summary>rubato simulate: a day of traffic through the engine in virtual time, per pacing policy, against the optimum in hindsight.</summary>
internal static class SimulateCommand
{
    private const string AllPolicies = "all";
    private const double ShockFactor = 3;

    private static readonly Option<string?> Data = CommandOptions.OneOf("--data", "data set; all but the sample are read from --data-folder", SimulationSource.Names, SimulationSource.Names[0]);
    private static readonly Option<string?> DataFolder = CommandOptions.OptionalPath("--data-folder", "folder of the data sets; RUBATO_DATA, or else ../shared/data, without it");
    private static readonly Option<string?> Policy = CommandOptions.OneOf("--policy", "pacing policy", [.. PacingPolicies.Names, AllPolicies], AllPolicies);
    private static readonly Option<int> Hours = CommandOptions.Integer("--hours", "hours of traffic", 1, 168, 24);
    private static readonly Option<int> Requests = CommandOptions.Integer("--requests", "requests of an average day", 100, 10_000_000, 200_000);
    private static readonly Option<int> Campaigns = CommandOptions.Integer("--campaigns", "synthetic campaigns at most", 1, 10_000, 150);
    private static readonly Option<int> Interval = CommandOptions.Integer("--interval", "seconds between two updates of pacing", 1, 900, 10);
    private static readonly Option<int> Seed = CommandOptions.Integer("--seed", "seed of everything that is drawn", 0, int.MaxValue, 1);
    private static readonly Option<bool> Shock = new("--shock") { Description = "three times the traffic in the hour after noon, unforeseen" };
    private static readonly Option<string?> Curve = CommandOptions.OneOf("--curve", "curve of the campaigns", ["traffic", "even"], "traffic");
    private static readonly Option<string?> Out = CommandOptions.OptionalPath("--out", "folder for POLICY.csv and POLICY.svg, made if there is none");
    private static readonly Option<bool> Json = CommandOptions.Json();

    public static Command Create()
    {
        var command = new Command("simulate", "Replay a day of traffic in virtual time and compare pacing policies with the optimum in hindsight.")
            { Data, DataFolder, Policy, Hours, Requests, Campaigns, Interval, Seed, Shock, Curve, Out, Json };
        command.SetAction((line, cancellation) => Task.Run(() => Run(line, cancellation), cancellation));
        return command;
    }

    private static int Run(ParseResult line, CancellationToken cancellation)
    {
        int seed = line.GetValue(Seed), interval = line.GetValue(Interval);
        string data = line.GetValue(Data) ?? SimulationSource.Names[0], policies = line.GetValue(Policy) ?? AllPolicies;
        string? folder = line.GetValue(Out);
        if (folder is not null && File.Exists(folder)) throw new UsageException($"--out {folder} is a file (expected a folder)");
        using SimulationSource source = SimulationSource.Open(data, FolderOf(line), seed);
        var options = new SimulationOptions
        {
            Seed = seed,
            Hours = line.GetValue(Hours),
            RequestsPerDay = line.GetValue(Requests),
            Campaigns = line.GetValue(Campaigns),
            ShockFactor = line.GetValue(Shock) ? ShockFactor : 1,
            EvenCurve = line.GetValue(Curve) == "even",
            IntervalSeconds = interval,
            RecordSeconds = Math.Max(1, 900 / interval) * interval,
        };
        using SimulationWorld world = SimulationWorld.Create(source.Data, options);
        if (folder is not null) Directory.CreateDirectory(folder);
        var results = new List<SimulationResult>();
        foreach (string policy in policies == AllPolicies ? PacingPolicies.Names : [policies])
        {
            using var progress = new ProgressLine($"simulate {policy}", world.Requests);
            results.Add(Simulator.Run(world, policy, progress, cancellation));
            if (folder is not null) SimulateReport.WriteFiles(folder, world, results[^1]);
        }
        TextWriter output = line.InvocationConfiguration.Output;
        SimulateReport.Print(output, source.Label, world, results);
        if (line.GetValue(Json)) JsonLine.Write(output, json => SimulateReport.Write(json, data, world, results));
        return CommandErrors.Done;
    }

    private static string FolderOf(ParseResult line) => line.GetValue(DataFolder) ?? Environment.GetEnvironmentVariable("RUBATO_DATA")
        ?? Path.Combine("..", "shared", "data");
}
