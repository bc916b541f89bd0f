using System.Diagnostics;

namespace Rubato.Bench;

/// <summary>
/// How long does a ledger take to open, against reading its journal once? <c>recovery [--megabytes N] [--rounds R]</c> writes a journal of
/// settled events in a temporary folder and then alternates the two.
/// </summary>
internal static class RecoveryCommand
{
    public const string Name = "recovery";

    private const uint Campaign = 1;
    private const long Micros = 1_500;

    private static readonly LedgerOptions Options = new()
    {
        Background = false, LeaseReservationsMax = 16_384, OpenLeasesMax = 65_536, CompactBytes = 1L << 40, LeaseFraction = 1, LeaseMicrosMax = (1L << 48) - 1,
    };

    public static int Run(string[] args)
    {
        Arguments arguments = new(args, "--megabytes", "--rounds");
        string folder = Directory.CreateTempSubdirectory("rubato-recovery-").FullName;
        try
        {
            long events = Write(folder, (long)arguments.Get("--megabytes", 1024) << 20);
            int rounds = arguments.Get("--rounds", 3);
            var reads = new double[rounds];
            var opens = new double[rounds];
            for (int i = 0; i < rounds; i++)
            {
                reads[i] = Seconds(() => ReadOnce(folder));
                opens[i] = Seconds(() => BudgetLedger.Open(folder, Options).Dispose());
            }
            Array.Sort(reads);
            Array.Sort(opens);
            double megabytes = Files(folder).Sum(file => new FileInfo(file).Length) / 1048576.0, read = reads[rounds / 2], open = opens[rounds / 2];
            Console.WriteLine($"recovery: {megabytes:F0} MiB, {events} events; opened in {open:F2} s ({megabytes / open:F0} MiB/s, "
                + $"{open / events * 1e9:F0} ns an event), read once in {read:F2} s; medians of {rounds}, ratio {open / read:F1}");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static long Write(string folder, long bytes)
    {
        using BudgetLedger ledger = BudgetLedger.Open(folder, Options);
        BudgetAccount account = ledger.SetBudget(Campaign, long.MaxValue);
        long events = 0;
        for (; events % 1024 != 0 || ledger.Counters.JournalBytes < bytes; events++)
        {
            ReservationId id;
            while (!account.TryReserve(Micros, out id))
            {
                if (!ledger.Prepare(Campaign, Micros)) throw new InvalidOperationException("no lease");
            }
            ledger.Settle(id, LedgerDurability.None);
        }
        return events;
    }

    private static void ReadOnce(string folder)
    {
        byte[] buffer = new byte[1 << 20];
        foreach (string path in Files(folder))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            while (file.Read(buffer) > 0)
            {
            }
        }
    }

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "journal-*");

    private static double Seconds(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
