namespace Rubato;

/// <summary>Replays the arrivals of a world through the engine, with its ledger and one pacing policy, in virtual time.</summary>
public static class Simulator
{
    /// <summary>Runs one policy.</summary>
    /// <param name="world">arrivals, campaigns, yardstick</param> <param name="policy">name of the policy</param>
    /// <param name="progress">hears how many requests were answered; null for nobody</param>
    /// <param name="cancellation">ends the run</param>
    /// <exception cref="ArgumentException">No policy bears the name.</exception>
    /// <exception cref="OperationCanceledException">The run was ended.</exception>
    public static SimulationResult Run(SimulationWorld world, string policy, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        SimulationOptions options = world.Options;
        var clock = new SimulatedClock();
        // Money that nobody looked at comes back after minutes, as it must within a day that is over at midnight.
        var ledgerOptions = new LedgerOptions { Clock = clock, Background = false, LeaseSecondsMax = 600, ReservationSeconds = options.ExposureSecondsMax + 60 };
        using var ledger = BudgetLedger.Open(new MemoryLedgerFiles(), ledgerOptions);
        using Engine engine = Engine.Open(world.EngineOptions with
        {
            CampaignsPath = world.CampaignsPath,
            PricesPath = world.PricesPath,
            Ledger = ledger,
            Pacing = new PacingOptions { Policy = policy, IntervalMillis = 1000 * options.IntervalSeconds, Traffic = TrafficProfile.Expected },
            Clock = clock,
            Background = false,
        });
        return new SimulationRun(world, engine, ledger, clock).Go(progress, cancellation);
    }
}
