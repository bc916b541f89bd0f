namespace Rubato;

/// <summary>How much of a campaign's money may be handed out.</summary>
/// <param name="Campaign">its id</param>
/// <param name="Micros">the whole budget, micro-units, not negative; not below what is handed out or spent</param>
/// <param name="ReleasedMicros">what of it may be handed out by now, such as until the end of the day; less than is handed out or spent stops at that</param>
public readonly record struct BudgetLimit(uint Campaign, long Micros, long ReleasedMicros);
