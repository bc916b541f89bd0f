namespace Rubato;

/// <summary>One campaign as the campaigns file states it.</summary>
public sealed record Campaign
{
    /// <summary>1 to 4,294,967,295, unique in the file.</summary>
    public required uint Id { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>Licensor that pays, 1 to 4,294,967,295.</summary>
    public required uint Licensor { get; init; }

    /// <summary>Worth of one delivery, in micro-units of the currency, not negative.</summary>
    public required long ValueMicros { get; init; }

    /// <summary>Cost of one delivery to the budget, in micro-units, not negative.</summary>
    public required long SpendMicros { get; init; }

    /// <summary>Budget of the whole campaign, in micro-units, not negative.</summary>
    public required long BudgetMicros { get; init; }

    /// <summary>Most that may be spent on one day, UTC, in micro-units, 0 to <see cref="BudgetMicros"/>; the budget itself where the file sets no limit.</summary>
    public required long DailyBudgetMicros { get; init; }

    /// <summary>How the spend is to be spread over the campaign's life.</summary>
    public required SpendCurve Curve { get; init; }

    /// <summary>Deliveries that were promised, not negative, payable from the budget; 0 = none.</summary>
    public required long Promised { get; init; }

    /// <summary>How often one listener may get the campaign; null = no limit.</summary>
    public required FrequencyCap? FrequencyCap { get; init; }

    /// <summary>First instant, UTC.</summary>
    public required DateTime Start { get; init; }

    /// <summary>First instant after the campaign, UTC.</summary>
    public required DateTime End { get; init; }

    /// <summary>Markets that the campaign is limited to; empty = everywhere.</summary>
    public required Market[] Markets { get; init; }

    /// <summary>Whether explicit tracks of the campaign may be promoted; where not, <see cref="Rows"/> lacks them.</summary>
    public required bool PromotesExplicit { get; init; }

    /// <summary>Catalogue rows of the promoted tracks, each once, at least one.</summary>
    public required int[] Rows { get; init; }

    /// <summary>Share of the budget that the curve wants spent by an instant, 0 to 1.</summary>
    public double TargetFraction(DateTime utc) => Curve.Passed(Start, End, utc);
}
