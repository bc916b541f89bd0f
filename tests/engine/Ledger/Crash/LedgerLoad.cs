using static Rubato.Tests.Ledgers.LoadMessage;

namespace Rubato.Tests.Ledgers;

/// <summary>The process that is killed: uses a ledger from several threads until then, and says through its standard output what it does.</summary>
internal sealed class LedgerLoad(BudgetLedger ledger, Stream output)
{
    public const string Command = "ledger-load";

    private const int Threads = 3, Campaigns = 5;

    /// <summary>Small, so that a few milliseconds see leases opened and closed, segments rotated and snapshots written.</summary>
    public static readonly LedgerOptions Options = new()
    {
        LeaseReservationsMax = 200, LeaseReservationsMin = 4, LeaseSecondsMax = 1, ReservationSeconds = 2, SegmentBytes = 16 << 10, CompactBytes = 48 << 10,
        BufferBytes = 32 << 10, MaintenanceMillis = 5,
    };

    /// <summary>Runs until it is killed; returns only where the ledger failed.</summary>
    public static int Run(string folder, int seed)
    {
        using Stream output = Console.OpenStandardOutput();
        BudgetLedger ledger = BudgetLedger.Open(folder, Options);
        var load = new LedgerLoad(ledger, output);
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(thread => new Thread(() => load.Work(new Random(seed * Threads + thread))))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        return 1;
    }

    private void Work(Random random)
    {
        var mine = new List<(ushort Campaign, ReservationId Id)>();
        try
        {
            while (true)
            {
                var campaign = (ushort)random.Next(1, Campaigns + 1);
                int micros = random.Next(2) == 0 ? 700 : 1_900;
                if (random.Next(200) == 0 || !ledger.Campaigns().Contains(campaign)) Raise(campaign, random.Next(50_000, 400_000));
                if (ledger.TryReserve(campaign, micros, out ReservationId id))
                {
                    Say(new LoadMessage(What.Issued, 0, campaign, micros, id));
                    mine.Add((campaign, id));
                }
                if (mine.Count > 0 && random.Next(3) > 0) Send(random, mine);
            }
        }
        catch (LedgerException)
        {
            Say(new LoadMessage(What.Failed, 0, 0, 0, default));
        }
    }

    private void Send(Random random, List<(ushort Campaign, ReservationId Id)> mine)
    {
        (ushort campaign, ReservationId id) = mine[random.Next(mine.Count)]; // sometimes for the second time
        var durability = (LedgerDurability)random.Next(3);
        bool settles = random.Next(5) > 0;
        Say(new LoadMessage(What.Trying, (byte)(settles ? EventOutcome.Settled : EventOutcome.Released), campaign, 0, id));
        EventOutcome outcome = settles ? ledger.Settle(id, durability) : ledger.Release(id, durability);
        Say(new LoadMessage(What.Answered, (byte)((int)outcome | (durability == LedgerDurability.None ? 0 : 16)), campaign, 0, id));
    }

    private void Raise(ushort campaign, long micros)
    {
        lock (output) // one at a time reads and writes a budget
            ledger.SetBudget(campaign, micros + (ledger.Campaigns().Contains(campaign) ? ledger.State(campaign).BudgetMicros : 0));
    }

    // One write of so few bytes is whole in the pipe or not there.
    private void Say(LoadMessage message)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        message.Write(bytes);
        lock (output) output.Write(bytes);
    }
}
