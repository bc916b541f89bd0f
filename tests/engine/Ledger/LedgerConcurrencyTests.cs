using Rubato.Tests.Support;

namespace Rubato.Tests.Ledgers;

public sealed class LedgerConcurrencyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(200, 64, 200_000)]
    public void CampaignsRunDryUnderManyThreadsAndNoneIsOverspent(int campaigns, int threads, int requests)
    {
        const long Micros = 1_500, Budget = 640 * Micros + 700; // two thirds of what is asked for, and a rest that pays nothing
        var options = new LedgerOptions { LeaseReservationsMax = 100, LeaseReservationsMin = 8, SegmentBytes = 1 << 20, CompactBytes = 2 << 20 };
        var settled = new long[campaigns];
        using (BudgetLedger ledger = BudgetLedger.Open(_folder.Path, options))
        {
            var accounts = new BudgetAccount[campaigns];
            for (int i = 0; i < campaigns; i++) accounts[i] = ledger.SetBudget((uint)i + 1, Budget);
            for (int i = 0; i < campaigns; i++) Assert.True(ledger.Prepare((uint)i + 1, Micros));
            Run(threads, thread =>
            {
                for (int i = thread; i < requests; i += threads) TrySpend(ledger, accounts, settled, i % campaigns, Micros);
            });
            foreach (int campaign in Enumerable.Range(0, campaigns)) // whoever missed while a lease was on its way asks again
            {
                while (ledger.Prepare((uint)campaign + 1, Micros)) TrySpend(ledger, accounts, settled, campaign, Micros);
            }
            for (int i = 0; i < campaigns; i++) Assert.Equal((640 * Micros, 640 * Micros), (settled[i], ledger.State((uint)i + 1).SettledMicros));
        }
        foreach (JournalBudget budget in JournalReader.ReadFolder(_folder.Path).Values)
            Assert.Equal((640 * Micros, 700), (budget.Settled, budget.Free + budget.Open));
    }

    [Theory, InlineData(16, 3000)]
    public void OneSynchronisationServesAllWhoWait(int threads, int events)
    {
        using BudgetLedger ledger = BudgetLedger.Open(_folder.Path, new LedgerOptions { LeaseFraction = 1 });
        ledger.SetBudget(7, 1_000_000);
        ledger.Prepare(7, 100);
        long before = ledger.Counters.JournalSyncs;
        Run(threads, thread =>
        {
            for (int i = thread; i < events; i += threads)
            {
                Assert.True(ledger.TryReserve(7, 100, out ReservationId id));
                Assert.Equal(EventOutcome.Settled, ledger.Settle(id, LedgerDurability.Fsynced));
            }
        });
        Assert.Equal(events, ledger.Counters.Settled);
        Assert.Equal(events * 100, JournalReader.ReadFolder(_folder.Path)[7].Settled);
        Assert.InRange(ledger.Counters.JournalSyncs - before, 1, events / 2);
    }

    [Theory, InlineData(8, 20_000)]
    public void TheSameEventFromManyThreadsSettlesOnce(int threads, int reservations)
    {
        using BudgetLedger ledger = BudgetLedger.Open(_folder.Path, new LedgerOptions { LeaseFraction = 1, LeaseReservationsMax = 16_384, OpenLeasesMax = 10 });
        BudgetAccount account = ledger.SetBudget(7, 1_000_000);
        var ids = new List<ReservationId>();
        while (ids.Count < Math.Min(reservations, 10_000))
        {
            if (account.TryReserve(100, out ReservationId id)) ids.Add(id);
        }
        long settled = 0;
        Run(threads, _ =>
        {
            foreach (ReservationId id in ids)
            {
                if (ledger.Settle(id, LedgerDurability.None) == EventOutcome.Settled) Interlocked.Increment(ref settled);
            }
        });
        Assert.Equal(ids.Count, settled);
        Assert.Equal(100L * ids.Count, ledger.State(7).SettledMicros);
    }

    private static void TrySpend(BudgetLedger ledger, BudgetAccount[] accounts, long[] settled, int campaign, long micros)
    {
        if (!accounts[campaign].TryReserve(micros, out ReservationId id)) return;
        Assert.Equal(EventOutcome.Settled, ledger.Settle(id, LedgerDurability.None));
        Interlocked.Add(ref settled[campaign], micros);
    }

    private static void Run(int threads, Action<int> body)
    {
        Exception? failure = null;
        Thread[] all = [.. Enumerable.Range(0, threads).Select(thread => new Thread(() =>
        {
            try
            {
                body(thread);
            }
            catch (Exception any)
            {
                failure = any;
            }
        }))];
        foreach (Thread thread in all) thread.Start();
        foreach (Thread thread in all) thread.Join();
        if (failure is not null) Assert.Fail(failure.ToString());
    }
}
