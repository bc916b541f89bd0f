namespace Rubato;

/// <summary>What an allocation uses, summed up by one worker.</summary>
internal sealed class PrimalSums(AllocationProblem problem)
{
    /// <summary>[campaigns, 2] spend and delivery.</summary>
    public double[] Campaign { get; } = new double[2 * problem.CampaignCount];

    /// <summary>[cohorts, 3] Σ q x over edges with q above 0; Σ |q| x over edges with q below 0 of campaigns without a promise; the same of those with one.</summary>
    public double[] Quality { get; } = new double[QualityColumns * problem.CohortCount];

    /// <summary>Columns of <see cref="Quality"/>.</summary>
    public const int QualityColumns = 3;

    /// <summary>Σ c x.</summary>
    public double Value { get; set; }

    /// <summary>Largest excess of a listener's deliveries over its slots, relative.</summary>
    public double SlotExcess { get; set; }

    public void Clear()
    {
        SlotExcess = 0;
        Array.Clear(Campaign);
        Array.Clear(Quality);
        Value = 0;
    }

    public void Add(PrimalSums other)
    {
        for (int i = 0; i < Campaign.Length; i++) Campaign[i] += other.Campaign[i];
        for (int i = 0; i < Quality.Length; i++) Quality[i] += other.Quality[i];
        Value += other.Value;
        SlotExcess = Math.Max(SlotExcess, other.SlotExcess);
    }

    /// <summary>Adds up the sums of all ranks.</summary>
    public void Exchange(IRankExchange ranks)
    {
        if (ranks.Size == 1) return;
        ranks.Sum(Campaign);
        ranks.Sum(Quality);
        Span<double> value = [Value], excess = [SlotExcess];
        ranks.Sum(value);
        ranks.Max(excess);
        (Value, SlotExcess) = (value[0], excess[0]);
    }
}
