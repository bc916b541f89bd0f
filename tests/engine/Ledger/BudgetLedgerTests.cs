using Rubato.Tests.Support;

namespace Rubato.Tests.Ledgers;

public class BudgetLedgerTests
{
    private readonly LedgerWorld _world = new();

    [Fact]
    public void MoneyMovesFromFreeToLeaseToReservationToSettled()
    {
        using BudgetLedger ledger = _world.Open(options => options with { LeaseFraction = 0.1 });
        ledger.SetBudget(7, 1000);
        Assert.Equal((1000, 1000, 0, 0, 0), LedgerWorld.Parts(ledger, 7));
        Assert.True(ledger.Prepare(7, 5));
        Assert.Equal((1000, 900, 100, 0, 0), LedgerWorld.Parts(ledger, 7));
        Assert.True(ledger.TryReserve(7, 5, out ReservationId id));
        Assert.Equal((1000, 900, 95, 5, 0), LedgerWorld.Parts(ledger, 7));
        Assert.Equal(EventOutcome.Settled, ledger.Settle(id, LedgerDurability.Fsynced));
        Assert.Equal((1000, 900, 95, 0, 5), LedgerWorld.Parts(ledger, 7));
    }

    /// <summary>Whoever takes an account that is out for one that nobody need ask must not starve it.</summary>
    [Fact]
    public void AnAccountIsOutOnlyWhileAskingIsInVain()
    {
        using BudgetLedger ledger = _world.Open();
        BudgetAccount account = ledger.SetBudget(7, 120);
        Assert.False(account.IsOutOf(5)); // no lease, but money
        ReservationId first = default;
        for (int i = 0; i < 24; i++)
        {
            Assert.False(account.IsOutOf(5)); // also with the last rest, when the lease after it was refused
            ReservationId id = LedgerWorld.Reserve(ledger, 7, 5);
            if (i == 0) first = id;
            ledger.Maintain();
        }
        Spend();
        ledger.SetBudget(7, 125);
        Assert.False(account.IsOutOf(5));
        Assert.False(account.TryReserve(5, out _));
        ledger.Maintain();
        Assert.True(account.TryReserve(5, out _));
        Spend();
        Assert.False(account.IsOutOf(4));
        ledger.Release(first, LedgerDurability.Fsynced);
        Assert.True(account.IsOutOf(5)); // its lease is not closed yet
        _world.Clock.Move(_world.Options.ReservationSeconds);
        ledger.Maintain();
        Assert.False(account.IsOutOf(5));

        void Spend()
        {
            Assert.False(account.TryReserve(5, out _));
            ledger.Maintain();
            Assert.True(account.IsOutOf(5));
        }
    }

    [Theory, InlineData(LedgerDurability.None), InlineData(LedgerDurability.Journalled), InlineData(LedgerDurability.Fsynced)]
    public void AnEventThatComesAgainChangesNothing(LedgerDurability durability)
    {
        using BudgetLedger ledger = _world.Open();
        ledger.SetBudget(7, 1000);
        ReservationId settled = LedgerWorld.Reserve(ledger, 7, 5), released = LedgerWorld.Reserve(ledger, 7, 5);
        ledger.Settle(settled, durability);
        ledger.Release(released, durability);
        (long, long, long, long, long) before = LedgerWorld.Parts(ledger, 7);
        Assert.Equal(EventOutcome.AlreadySettled, ledger.Settle(settled, durability));
        Assert.Equal(EventOutcome.AlreadySettled, ledger.Release(settled, durability));
        Assert.Equal(EventOutcome.AlreadyReleased, ledger.Release(released, durability));
        Assert.Equal(EventOutcome.AlreadyReleased, ledger.Settle(released, durability));
        Assert.Equal(before, LedgerWorld.Parts(ledger, 7));
        Assert.Equal(4, ledger.Counters.Duplicates);
    }

    [Fact]
    public void AnEventAfterACrashSettlesAgainstItsLease()
    {
        BudgetLedger crashed = _world.Open();
        crashed.SetBudget(7, 1000);
        ReservationId id = LedgerWorld.Reserve(crashed, 7, 5);
        _world.CutPower();
        using BudgetLedger ledger = _world.Open();
        Assert.Equal((1000, 920, 0, 80, 0), LedgerWorld.Parts(ledger, 7)); // 16 reservations of 5
        Assert.Equal(EventOutcome.Settled, ledger.Settle(id, LedgerDurability.Fsynced));
        Assert.Equal((1000, 920, 0, 75, 5), LedgerWorld.Parts(ledger, 7));
        Assert.Equal(EventOutcome.AlreadySettled, ledger.Settle(id, LedgerDurability.Fsynced));
    }

    [Theory, InlineData(false, 995, 0), InlineData(true, 920, 75)]
    public void ClosingALeaseOfACrashedRunReturnsWhatNoEventSettledUnlessForfeited(bool forfeit, long free, long forfeited)
    {
        BudgetLedger crashed = _world.Open();
        crashed.SetBudget(7, 1000);
        ReservationId id = LedgerWorld.Reserve(crashed, 7, 5), later = LedgerWorld.Reserve(crashed, 7, 5);
        _world.CutPower();
        using BudgetLedger ledger = _world.Open(options => options with { ForfeitRecoveredLeases = forfeit });
        ledger.Settle(id, LedgerDurability.Fsynced);
        _world.Clock.Move(ledger.OpenLeases(7).Length * 901);
        ledger.Maintain();
        Assert.Equal((1000, free, 0, 0, 5 + forfeited), LedgerWorld.Parts(ledger, 7));
        Assert.Equal(forfeited, ledger.State(7).ForfeitedMicros);
        Assert.Equal(EventOutcome.Late, ledger.Settle(later, LedgerDurability.Fsynced));
        Assert.Equal((1000, free, 0, 0, 5 + forfeited), LedgerWorld.Parts(ledger, 7));
        Assert.Equal((1, 5), (ledger.State(7).LateEvents, ledger.State(7).LateMicros));
    }

    [Fact]
    public void WhatIsReleasedComesBackWhenItsLeaseCloses()
    {
        using BudgetLedger ledger = _world.Open();
        ledger.SetBudget(7, 80); // one lease
        ReservationId[] ids = [.. Enumerable.Range(0, 16).Select(_ => LedgerWorld.Reserve(ledger, 7, 5))];
        foreach (ReservationId id in ids) Assert.Equal(EventOutcome.Released, ledger.Release(id, LedgerDurability.None));
        Assert.Equal((80, 0, 80, 0, 0), LedgerWorld.Parts(ledger, 7));
        Assert.False(ledger.Prepare(7, 5)); // every micro-unit of a lease is reserved once
        Assert.True(ledger.CloseLease(7, 1));
        Assert.False(ledger.CloseLease(7, 1));
        Assert.Equal((80, 80, 0, 0, 0), LedgerWorld.Parts(ledger, 7));
        Assert.True(ledger.Prepare(7, 5));
        Assert.Equal(EventOutcome.Late, ledger.Settle(ids[3], LedgerDurability.None));
    }

    [Fact]
    public void AReservationExpiresWithItsLeaseAndAClockThatJumpsBackNeitherRevivesNorDelaysIt()
    {
        using BudgetLedger ledger = _world.Open(options => options with { LeaseSecondsMax = 100, ReservationSeconds = 200 });
        ledger.SetBudget(7, 1000);
        ReservationId id = LedgerWorld.Reserve(ledger, 7, 5);
        Pass(ledger, 99);
        Assert.True(ledger.OpenLeases(7)[0].Spendable);
        Pass(ledger, -5000);
        Pass(ledger, 13);
        Assert.False(ledger.OpenLeases(7)[0].Spendable); // a hundred seconds have passed all the same
        Pass(ledger, 150);
        Pass(ledger, -5000);
        Assert.Equal((1000, 915, 80, 5, 0), LedgerWorld.Parts(ledger, 7)); // its successor is open
        Pass(ledger, 50);
        Assert.Equal((1000, 920, 80, 0, 0), LedgerWorld.Parts(ledger, 7));
        Pass(ledger, -100_000);
        Assert.Equal(EventOutcome.Late, ledger.Settle(id, LedgerDurability.Fsynced));
        Assert.Equal((1000, 920, 80, 0, 0), LedgerWorld.Parts(ledger, 7));
    }

    [Theory, InlineData(1000), InlineData(80)] // 80: all of it is in the lease
    public void ALeaseThatIsOldIsReplacedBeforeTheNextReservationNeedsIt(long budget)
    {
        using BudgetLedger ledger = _world.Open(options => options with { LeaseSecondsMax = 100, ReservationSeconds = 200 });
        ledger.SetBudget(7, budget);
        LedgerWorld.Reserve(ledger, 7, 5);
        for (int round = 0; round < 10; round++)
        {
            Pass(ledger, 101);
            Assert.True(ledger.TryReserve(7, 5, out _));
        }
        for (int round = 0; round < 3; round++) Pass(ledger, 101); // replaced once more, then left alone: nobody uses it
        long opened = ledger.Counters.LeasesOpened;
        for (int round = 0; round < 5; round++) Pass(ledger, 101);
        Assert.Equal(opened, ledger.Counters.LeasesOpened);
        Assert.Equal(budget, ledger.State(7).FreeMicros + ledger.State(7).RestMicros);
    }

    [Theory, InlineData(1), InlineData(2)]
    public void ABudgetIsSpentToWithinOneReservation(int seed)
    {
        var random = new Random(seed);
        using BudgetLedger ledger = _world.Open(options => options with { LeaseReservationsMax = 20 });
        BudgetAccount account = ledger.SetBudget(7, 100_000);
        long spent = 0;
        for (int misses = 0; misses < 20; ledger.Maintain())
        {
            long micros = random.Next(2) == 0 ? 37 : 190;
            bool isReserved = account.TryReserve(micros, out ReservationId id);
            if (isReserved) Assert.Equal(EventOutcome.Settled, ledger.Settle(id, LedgerDurability.None));
            spent += isReserved ? micros : 0;
            misses = isReserved ? 0 : misses + 1;
        }
        Assert.InRange(spent, 100_000 - 36, 100_000);
        Assert.Equal(spent, ledger.State(7).SettledMicros);
    }

    [Fact]
    public void AClosedLedgerReturnsTheRestsAndKeepsTheReservations()
    {
        BudgetLedger first = _world.Open();
        first.SetBudget(7, 1000);
        ReservationId id = LedgerWorld.Reserve(first, 7, 5);
        first.Dispose();
        using BudgetLedger ledger = _world.Open();
        Assert.Equal((1000, 995, 0, 5, 0), LedgerWorld.Parts(ledger, 7));
        Assert.Equal(EventOutcome.Settled, ledger.Settle(id, LedgerDurability.Fsynced));
        Assert.False(first.TryReserve(7, 5, out _));
        Assert.Contains("closed", Assert.Throws<LedgerException>(() => first.Settle(id, LedgerDurability.None)).Message);
    }

    [Fact]
    public void ABudgetMayChangeButNotBelowWhatIsHandedOutOrSpent()
    {
        using BudgetLedger ledger = _world.Open();
        ledger.SetBudget(7, 1000);
        LedgerWorld.Reserve(ledger, 7, 5);
        ledger.SetBudget(7, 80);
        Assert.Equal((80, 0, 75, 5, 0), LedgerWorld.Parts(ledger, 7));
        Assert.Equal("/faulty: campaign 7: a budget of 79 micro-units is below the 80 handed out or spent",
            Assert.Throws<LedgerException>(() => ledger.SetBudget(7, 79)).Message);
        ledger.SetBudget(7, long.MaxValue);
        Assert.Equal((long.MaxValue, long.MaxValue - 80, 75, 5, 0), LedgerWorld.Parts(ledger, 7));
        Assert.Throws<ArgumentOutOfRangeException>(() => ledger.SetBudget(7, -1));
    }

    [Fact]
    public void ForgedAndForeignReservationsAreRefused()
    {
        using BudgetLedger ledger = _world.Open(), other = new LedgerWorld().Open();
        ledger.SetBudget(7, 1000);
        other.SetBudget(7, 1000);
        ReservationId id = LedgerWorld.Reserve(ledger, 7, 5);
        Assert.Equal(EventOutcome.Forged, ledger.Settle(LedgerWorld.Reserve(other, 7, 5), LedgerDurability.Fsynced));
        byte[] bytes = new byte[ReservationId.Bytes];
        for (int bit = 0; bit < 8 * bytes.Length; bit++)
        {
            id.Write(bytes);
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Equal(EventOutcome.Forged, ledger.Settle(ReservationId.Read(bytes), LedgerDurability.Fsynced));
        }
        Assert.Equal((1000, 920, 75, 5, 0), LedgerWorld.Parts(ledger, 7));
        Assert.Equal(129, ledger.Counters.Refused);
    }

    [Fact]
    public void IdsFromTheLostFutureOfARestoredFolderSpendNothingMore()
    {
        BudgetLedger first = _world.Open();
        first.SetBudget(7, 80);
        Dictionary<string, byte[]> backup = _world.Files.Contents();
        ReservationId lost = LedgerWorld.Reserve(first, 7, 5);
        using BudgetLedger ledger = new LedgerWorld(FaultyFiles.Of(backup)).Open();
        Assert.Equal(EventOutcome.Foreign, ledger.Settle(lost, LedgerDurability.Fsynced));
        Assert.True(ledger.Prepare(7, 5)); // its lease exists now, but has reserved nothing
        Assert.Equal(EventOutcome.Foreign, ledger.Settle(lost, LedgerDurability.Fsynced));
        Assert.Equal((80, 0, 80, 0, 0), LedgerWorld.Parts(ledger, 7));
    }

    [Fact]
    public void LateEventsRepeatedWithoutEndReachTheJournalInPart()
    {
        using BudgetLedger ledger = _world.Open();
        ledger.SetBudget(7, long.MaxValue);
        ReservationId id = LedgerWorld.Reserve(ledger, 7, (1L << 48) - 1);
        ledger.CloseLease(7, 1);
        for (int pass = 0; pass < 3; pass++, ledger.Maintain())
            for (int i = 0; i < 100; i++) Assert.Equal(EventOutcome.Late, ledger.Settle(id, LedgerDurability.None));
        Assert.Equal((192, 300), (ledger.State(7).LateEvents, ledger.Counters.Late));
        for (int pass = 0; pass < 512; pass++, ledger.Maintain())
            for (int i = 0; i < 64; i++) ledger.Settle(id, LedgerDurability.None);
        Assert.Equal(long.MaxValue, ledger.State(7).LateMicros);
    }

    [Fact]
    public void ACampaignReservesAtMost256DifferentAmounts()
    {
        using BudgetLedger ledger = _world.Open(options => options with { LeaseReservationsMin = 1 });
        ledger.SetBudget(7, 1_000_000);
        for (int micros = 1; micros <= 256; micros++) LedgerWorld.Reserve(ledger, 7, micros);
        Assert.Equal("/faulty: campaign 7: an amount of 257 after 256 others", Assert.Throws<LedgerException>(() => ledger.Prepare(7, 257)).Message);
        Assert.False(ledger.TryReserve(7, 257, out _));
        Assert.True(ledger.TryReserve(7, 100, out _));
    }

    [Fact]
    public void OpenLeasesAreLimitedAndReservingGoesOnWhenOneCloses()
    {
        using BudgetLedger ledger = _world.Open(options => options with { LeaseReservationsMax = 1, LeaseReservationsMin = 1, OpenLeasesMax = 2 });
        ledger.SetBudget(7, 1000);
        LedgerWorld.Reserve(ledger, 7, 5);
        LedgerWorld.Reserve(ledger, 7, 5);
        Assert.False(ledger.Prepare(7, 5));
        ledger.CloseLease(7, 1);
        Assert.True(ledger.Prepare(7, 5));
    }

    [Fact]
    public void UnknownCampaignsAndAmountsOutOfRangeAreNamed()
    {
        using BudgetLedger ledger = _world.Open();
        Assert.Equal("/faulty: campaign 9 has no budget", Assert.Throws<LedgerException>(() => ledger.State(9)).Message);
        BudgetAccount account = ledger.SetBudget(7, long.MaxValue);
        foreach (long micros in new[] { long.MinValue, -1, 0, 1L << 48, long.MaxValue })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => account.TryReserve(micros, out _));
            Assert.Throws<ArgumentOutOfRangeException>(() => ledger.Prepare(7, micros));
        }
        LedgerWorld.Reserve(ledger, 7, (1L << 48) - 1);
    }

    [Fact]
    public void ReservingAndSettlingAllocateNothing()
    {
        using BudgetLedger ledger = _world.Open(options => options with { LeaseFraction = 1, LeaseReservationsMax = 16_384, BufferBytes = 1 << 20 });
        BudgetAccount account = ledger.SetBudget(7, 1_000_000);
        Assert.True(ledger.Prepare(7, 100));
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                if (!account.TryReserve(100, out ReservationId id) || ledger.Settle(id, LedgerDurability.None) != EventOutcome.Settled)
                    throw new InvalidOperationException("nothing reserved");
            }
        }));
    }

    private void Pass(BudgetLedger ledger, double seconds)
    {
        _world.Clock.Move(seconds);
        ledger.Maintain();
    }
}
