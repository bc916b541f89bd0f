namespace Rubato.Tests.Ledgers;

public class LedgerFailureTests
{
    private readonly LedgerWorld _world = new();

    [Fact]
    public void AFailedSynchronisationStopsTheLedgerForGoodAndLosesNothingAcknowledged()
    {
        BudgetLedger ledger = _world.Open();
        ledger.SetBudget(7, 1000);
        ReservationId first = LedgerWorld.Reserve(ledger, 7, 5), second = LedgerWorld.Reserve(ledger, 7, 5);
        Assert.Equal(EventOutcome.Settled, ledger.Settle(first, LedgerDurability.Fsynced));
        _world.Files.SyncsUntilFailure = 1;
        LedgerException stop = Assert.Throws<LedgerException>(() => ledger.Settle(second, LedgerDurability.Fsynced));
        Assert.StartsWith("/faulty: the ledger has stopped and acknowledges nothing more, because journal-0000000001.log failed near byte ", stop.Message);
        Assert.EndsWith(": Input/output error", stop.Message);
        int syncs = _world.Files.Syncs;
        foreach (LedgerDurability durability in Enum.GetValues<LedgerDurability>())
            Assert.Throws<LedgerException>(() => ledger.Settle(second, durability == LedgerDurability.None ? LedgerDurability.Journalled : durability));
        Assert.Throws<LedgerException>(() => ledger.Commit(LedgerDurability.Fsynced));
        Assert.Throws<LedgerException>(() => ledger.SetBudget(7, 2000));
        Assert.Throws<LedgerException>(ledger.Compact);
        Assert.True(ledger.IsStopped);
        Assert.False(ledger.TryReserve(7, 5, out _));
        Assert.Equal(syncs, _world.Files.Syncs); // a second try would succeed, and prove nothing
        ledger.Dispose();
        _world.CutPower();
        using BudgetLedger again = _world.Open();
        Assert.Equal(EventOutcome.AlreadySettled, again.Settle(first, LedgerDurability.Fsynced));
        Assert.Equal(EventOutcome.Settled, again.Settle(second, LedgerDurability.Fsynced)); // lost with the synchronisation, and never acknowledged
    }

    [Theory, InlineData(1)]
    public void AFullDiskAtAnyByteStopsTheLedgerAndItOpensAgainWithRoom(int seed)
    {
        for (int room = 0; room < 700; room += 3)
        {
            var files = new FaultyFiles(new Random(seed));
            var world = new LedgerWorld(files);
            long acknowledged = 0;
            files.BytesUntilFull = room;
            try
            {
                using BudgetLedger ledger = world.Open();
                ledger.SetBudget(7, 1000);
                for (int i = 0; i < 30; i++)
                {
                    ledger.Settle(LedgerWorld.Reserve(ledger, 7, 5), LedgerDurability.Fsynced);
                    acknowledged += 5;
                }
                Assert.Fail("the disk was not full");
            }
            catch (LedgerException failure)
            {
                Assert.Contains("No space left on device", failure.Message);
            }
            files.BytesUntilFull = long.MaxValue;
            world.Kill();
            using BudgetLedger again = world.Open();
            long settled = again.Campaigns().Length == 0 ? 0 : again.State(7).SettledMicros;
            Assert.InRange(settled, acknowledged, acknowledged + 5); // one event may have reached the disk without its answer
        }
    }

    [Fact]
    public void AFullDiskDuringCompactionStopsTheLedgerAndTheJournalStillCounts()
    {
        BudgetLedger ledger = _world.Open();
        ledger.SetBudget(7, 1000);
        ReservationId id = LedgerWorld.Reserve(ledger, 7, 5);
        ledger.Settle(id, LedgerDurability.Fsynced);
        _world.Files.BytesUntilFull = 100; // the new segment's header, and half of the snapshot's
        Assert.Contains("No space left", Assert.Throws<LedgerException>(ledger.Compact).Message);
        ledger.Dispose();
        _world.Files.BytesUntilFull = long.MaxValue;
        using BudgetLedger again = _world.Open();
        Assert.Equal(EventOutcome.AlreadySettled, again.Settle(id, LedgerDurability.Fsynced));
        Assert.DoesNotContain(_world.Files.Names(), name => name.EndsWith(".tmp"));
    }

    [Theory, InlineData(1), InlineData(2)]
    public void ShortWritesAreContinued(int seed)
    {
        var world = new LedgerWorld(new FaultyFiles(new Random(seed)) { WritesShort = true });
        BudgetLedger ledger = world.Open();
        ledger.SetBudget(7, 10_000);
        for (int i = 0; i < 50; i++) ledger.Settle(LedgerWorld.Reserve(ledger, 7, 5), LedgerDurability.Fsynced);
        ledger.Compact();
        world.CutPower();
        using BudgetLedger again = world.Open();
        Assert.Equal(250, again.State(7).SettledMicros);
        Assert.Equal(250, JournalReader.Read(world.Files.Contents())[7].Settled);
    }

    [Fact]
    public void AFolderTakenByAnotherIsRefused()
    {
        using BudgetLedger ledger = _world.Open();
        Assert.Throws<LedgerException>(() => _world.Open());
    }
}
