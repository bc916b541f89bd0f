namespace Rubato;

/// <summary>What a pacing policy is told about one campaign at the end of an interval.</summary>
public readonly record struct PacingState
{
    private const double AboveAll = 1.01;

    /// <summary>Index of the campaign in its <see cref="CampaignSet"/>.</summary>
    public required int Campaign { get; init; }

    /// <summary>Whether the campaign's dates include the instant.</summary>
    public required bool Runs { get; init; }

    /// <summary>Budget of the whole campaign, micro-units.</summary>
    public required long BudgetMicros { get; init; }

    /// <summary>Most that may be spent on one day (UTC), micro-units, at most the budget.</summary>
    public required long DailyBudgetMicros { get; init; }

    /// <summary>Spend of one delivery, micro-units; 0 = deliveries cost nothing, and there is nothing to pace.</summary>
    public required long SpendMicros { get; init; }

    /// <summary>Reserved and settled so far, micro-units; what is released again is taken off, so it may fall.</summary>
    public required long SpentMicros { get; init; }

    /// <summary>The part of <see cref="SpentMicros"/> that was spent since midnight UTC, at least 0.</summary>
    public required long SpentTodayMicros { get; init; }

    /// <summary>Change of <see cref="SpentMicros"/> in the interval.</summary>
    public required long SpentInIntervalMicros { get; init; }

    /// <summary>Promised deliveries; 0 = none.</summary>
    public required long Promised { get; init; }

    /// <summary>Deliveries so far: reserved and settled.</summary>
    public required long Delivered { get; init; }

    /// <summary>Share of the budget that the curve wants spent by now, 0 to 1.</summary>
    public required double TargetFraction { get; init; }

    /// <summary>
    /// Micro-units that the interval should have spent: the budget that was left at its beginning times the interval's share of the remaining
    /// curve, held to what the daily budget left of the day's curve.
    /// </summary>
    public required double PlannedMicros { get; init; }

    /// <summary>The same for the next interval, from what is left now.</summary>
    public required double PlannedNextMicros { get; init; }

    /// <summary>λ of the price set, per currency unit of spend, where pacing starts; 0 without one.</summary>
    public required double BaseLambda { get; init; }

    /// <summary>μ of the price set, per delivery; 0 without one.</summary>
    public required double BaseMu { get; init; }

    /// <summary>
    /// Worth of a delivery to a listener of relevance 1, in units of the score: w_relevance + w_promotion · value. It bounds what a price can
    /// be for: with λ · spend above it no delivery has a positive reduced value.
    /// </summary>
    public required double WorthMax { get; init; }

    /// <summary>Spend of one delivery in currency units, the factor of λ.</summary>
    public double SpendUnits => SpendMicros / 1e6;

    /// <summary>
    /// The largest λ that makes sense: 1.01 · <see cref="WorthMax"/> ÷ <see cref="SpendUnits"/>, within <see cref="PriceSet.PriceMax"/>, a little more
    /// than a listener of relevance 1 is worth; 0 where deliveries cost nothing.
    /// </summary>
    public double LambdaMax => SpendMicros == 0 ? 0 : Math.Min(AboveAll * WorthMax / SpendUnits, PriceSet.PriceMax);

    /// <summary>
    /// The price below which steps are additive, so that a price can leave and reach 0, above which they are relative: 5 % of the price set's λ,
    /// and 0.5 % of <see cref="LambdaMax"/> at least.
    /// </summary>
    internal double LambdaShift => Math.Max(0.05 * Math.Min(BaseLambda, LambdaMax), 0.005 * LambdaMax);

    /// <summary>Whether budget and today's budget can pay one more delivery, and the campaign runs.</summary>
    public bool CanSpend => Runs && BudgetMicros - SpentMicros >= SpendMicros && DailyBudgetMicros - SpentTodayMicros >= SpendMicros;
}
