using System.Globalization;
using Rubato.Tests.Dry;

namespace Rubato.Bench;

/// <summary>The long form of the dry run: <c>dry-run [--requests N] [--connections C] [--campaigns J] [--deliveries D] [--seed S]</c>.</summary>
internal static class DryRunCommand
{
    public const string Name = "dry-run";

    /// <summary>0 where every budget was spent to within a lease and none exceeded.</summary>
    public static int Run(string[] args)
    {
        Arguments arguments = new(args, "--requests", "--connections", "--campaigns", "--deliveries", "--seed");
        var options = new DryRunOptions(arguments.Get("--requests", 2_000_000), arguments.Get("--connections", 64), arguments.Get("--campaigns", 200),
            arguments.Get("--deliveries", 20_000), arguments.Get("--seed", 1));
        string folder = Directory.CreateTempSubdirectory("rubato-dry-").FullName;
        try
        {
            DryRunResult result = new DryRun(folder, options).RunAsync().GetAwaiter().GetResult();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"dry run: {result.Requests} requests by {options.Connections} connections, {options.Campaigns} campaigns, {result.Deliveries} deliveries settled, "
                + $"{result.SettledMicros} of {result.BudgetMicros} micro-units spent, 0 overspent, left at most {result.DeliveriesLeftMax:F3} deliveries "
                + $"({result.LeasesLeftMax:F3} of a lease) per campaign, dry after request {result.DryAfter}, {result.Seconds:F0} s"));
        }
        catch (InvalidDataException failure)
        {
            Console.Error.WriteLine($"dry run, seed {options.Seed}: {failure.Message}\nthe ledger is kept in {folder}");
            return 1;
        }
        Directory.Delete(folder, recursive: true);
        return 0;
    }
}
