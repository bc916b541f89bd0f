namespace Rubato.Tests.Ledgers;

/// <summary>A ledger on files in memory, with a clock that stands still unless moved and no thread of its own.</summary>
internal sealed class LedgerWorld
{
    public LedgerWorld(FaultyFiles? files = null) => Files = files ?? FaultyFiles.Of([]);

    public FaultyFiles Files { get; private set; }

    public VirtualClock Clock { get; } = new();

    public LedgerOptions Options => new() { Background = false, Clock = Clock, BufferBytes = 32 << 10 };

    public BudgetLedger Open(Func<LedgerOptions, LedgerOptions>? change = null) => BudgetLedger.Open(Files, change?.Invoke(Options) ?? Options);

    /// <summary>The folder as a power cut leaves it.</summary>
    public void CutPower() => Files.RestorePower();

    /// <summary>The folder as SIGKILL leaves it.</summary>
    public void Kill() => Files.Restart();

    /// <summary>Reserves, opening leases as needed.</summary>
    public static ReservationId Reserve(BudgetLedger ledger, uint campaign, long micros)
    {
        Assert.True(ledger.Prepare(campaign, micros));
        Assert.True(ledger.TryReserve(campaign, micros, out ReservationId id));
        return id;
    }

    /// <summary>budget, free, rest, reserved, settled.</summary>
    public static (long, long, long, long, long) Parts(BudgetLedger ledger, uint campaign)
    {
        BudgetState state = ledger.State(campaign);
        Assert.Equal(state.BudgetMicros, state.FreeMicros + state.RestMicros + state.ReservedMicros + state.SettledMicros);
        return (state.BudgetMicros, state.FreeMicros, state.RestMicros, state.ReservedMicros, state.SettledMicros);
    }
}
