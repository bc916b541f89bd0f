using System.Diagnostics;
using Rubato.Tests.Ledgers;

namespace Rubato.Bench;

/// <summary>The long form of the ledger's crash tests: <c>crash [--power-cuts N] [--kills N] [--first-seed S]</c>.</summary>
internal static class CrashCommand
{
    public const string Name = "crash";

    /// <summary>0 where every promise was kept; the first broken one is printed with its seed.</summary>
    public static int Run(string[] args)
    {
        Arguments arguments = new(args, "--power-cuts", "--kills", "--first-seed");
        int firstSeed = arguments.Get("--first-seed", 0);
        return CutPower(firstSeed, arguments.Get("--power-cuts", 10_000)) && Kill(firstSeed, arguments.Get("--kills", 1_000)) ? 0 : 1;
    }

    private static bool CutPower(int firstSeed, int runs)
    {
        var watch = Stopwatch.StartNew();
        long crashes = 0, durableEvents = 0;
        for (int seed = firstSeed; seed < firstSeed + runs; seed++)
        {
            try
            {
                (int crashed, long events) = PowerCutRun.Run(seed);
                (crashes, durableEvents) = (crashes + crashed, durableEvents + events);
            }
            catch (Exception failure)
            {
                Console.Error.WriteLine($"power cuts, seed {seed}: {failure}");
                return false;
            }
        }
        Console.WriteLine($"power cuts: {runs} runs, {crashes} crashes, {durableEvents} durable events, 0 lost, 0 micro-units overspent, "
            + $"{watch.Elapsed.TotalSeconds:F0} s");
        return true;
    }

    private static bool Kill(int seed, int cycles)
    {
        string folder = Directory.CreateTempSubdirectory("rubato-crash-").FullName;
        var watch = Stopwatch.StartNew();
        var run = new KillRun(folder, seed);
        try
        {
            while (run.Done.Cycles < cycles)
            {
                run.Cycle();
                if (run.Done.Cycles % 100 == 0) Console.WriteLine($"kills: {run.Done.Cycles} of {cycles}, {watch.Elapsed.TotalSeconds:F0} s");
            }
        }
        catch (Exception failure)
        {
            Console.Error.WriteLine($"kills, seed {seed}, cycle {run.Done.Cycles}: {failure}\nthe ledger is kept in {folder}");
            return false;
        }
        Console.WriteLine($"kills: {run.Done.Cycles} cycles, {run.Done.DurableEvents} acknowledged events, 0 lost, 0 micro-units overspent, "
            + $"{watch.Elapsed.TotalSeconds:F0} s");
        Directory.Delete(folder, recursive: true);
        return true;
    }
}
