namespace Rubato;

/// <summary>One pass through the simulated time.</summary>
internal sealed class SimulationRun(SimulationWorld world, Engine engine, BudgetLedger ledger, SimulatedClock clock)
{
    private const int BatchSecondsMax = 1; // of virtual time: a server's ledger would open the lease that a request lacks within milliseconds

    private readonly Arrivals _arrivals = world.Arrivals;
    private readonly RequestBatch _requests = engine.CreateRequests();
    private readonly ResponseBatch _responses = engine.CreateResponses();
    private readonly PendingExposures _exposures = new(SimulationOptions.Start, world.Options.IntervalSeconds);
    private readonly DeviationMeter _deviations = new(world.Campaigns);
    private readonly List<SpendRecord> _records = [];
    private double _value;
    private long _deliveries;
    private int _next;

    /// <inheritdoc cref="Simulator.Run"/>
    public SimulationResult Go(IProgress<int>? progress, CancellationToken cancellation)
    {
        TimeSpan interval = TimeSpan.FromSeconds(world.Options.IntervalSeconds);
        DateTime end = SimulationOptions.Start;
        while (end < world.Options.End)
        {
            end = end + interval < world.Options.End ? end + interval : world.Options.End;
            cancellation.ThrowIfCancellationRequested();
            while (_next < _arrivals.Count && _arrivals.Times[_next] < end) AnswerBatch(end);
            clock.Now = end;
            _exposures.Arrive(engine, end);
            engine.Maintain(); // ends the interval of pacing
            ReadOnlySpan<PacingState> states = engine.Pacing!.States;
            _deviations.Observe(states);
            if ((end - SimulationOptions.Start).TotalSeconds % world.Options.RecordSeconds == 0 || end == world.Options.End) Record(states);
            progress?.Report(_next);
        }
        _exposures.ArriveAll(engine);
        return Result();
    }

    /// <summary>Answers requests that arrive before the end of the interval, as many as a batch holds, and gives the ledger its time.</summary>
    private void AnswerBatch(DateTime end)
    {
        int first = _next;
        _requests.Clear();
        clock.Now = _arrivals.Times[first];
        DateTime until = clock.Now.AddSeconds(BatchSecondsMax) is var limit && limit < end ? limit : end;
        var slate = new SlateSettings(world.Options.Slots);
        while (_next < _arrivals.Count && _arrivals.Times[_next] < until)
        {
            int listener = _arrivals.Listeners[_next];
            var settings = new RequestSettings { ListenerId = (ulong)listener + 1 };
            if (_requests.AddRecommend(world.Listener(listener), slate, settings, world.Candidates[listener]) < 0) break;
            _next++;
        }
        engine.Score(_requests, _responses);
        for (int request = 0; request < _responses.Count; request++) Take(request, first + request);
        engine.Maintain();
    }

    private void Take(int request, int arrival)
    {
        bool seen = _arrivals.Exposed[arrival];
        foreach (uint id in _responses.CampaignIds(request))
        {
            if (id == 0 || !seen) continue;
            _value += world.Edges.Value(_arrivals.Listeners[arrival], world.Campaigns.IndexOf(id));
            _deliveries++;
        }
        _exposures.Send(_responses, request, _arrivals.Times[arrival].AddSeconds(_arrivals.DelaySeconds[arrival]), seen);
    }

    private void Record(ReadOnlySpan<PacingState> states)
    {
        ReadOnlySpan<PacingSignal> signals = engine.Pacing!.Signals.Signals;
        for (int i = 0; i < states.Length; i++)
        {
            ref readonly PacingState state = ref states[i];
            _records.Add(new SpendRecord(clock.Now, i, state.Delivered, state.SpentMicros,
                (long)(state.TargetFraction * state.BudgetMicros), signals[i].Lambda, signals[i].Admission));
        }
    }

    private SimulationResult Result()
    {
        double settled = 0, budgets = 0, least = 1;
        foreach (Campaign campaign in world.Campaigns.Campaigns)
        {
            long own = ledger.State(campaign.Id).SettledMicros;
            (settled, budgets) = (settled + own, budgets + campaign.BudgetMicros);
            least = Math.Min(least, (double)own / campaign.BudgetMicros);
        }
        return new SimulationResult
        {
            Policy = engine.Pacing!.PolicyName,
            Value = _value,
            ValueRatio = _value / world.OptimumBound,
            Deliveries = _deliveries,
            BudgetUsed = settled / budgets,
            LeastBudgetUsed = least,
            WorstDeviation = _deviations.Worst,
            UsualDeviation = _deviations.Usual,
            TotalDeviation = _deviations.Total,
            Records = _records,
        };
    }
}
