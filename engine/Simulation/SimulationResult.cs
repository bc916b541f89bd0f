namespace Rubato;

/// <summary>What a policy made of the simulated time.</summary>
public sealed record SimulationResult
{
    /// <summary>Name of the policy.</summary>
    public required string Policy { get; init; }

    /// <summary>Value of the deliveries that were looked at.</summary>
    public required double Value { get; init; }

    /// <summary><see cref="Value"/> ÷ the dual bound of the offline optimum, 0 to 1.</summary>
    public required double ValueRatio { get; init; }

    /// <summary>Deliveries that were looked at.</summary>
    public required long Deliveries { get; init; }

    /// <summary>Settled part of all budgets, 0 to 1.</summary>
    public required double BudgetUsed { get; init; }

    /// <summary>Settled part of the budget of the campaign that used the least, 0 to 1.</summary>
    public required double LeastBudgetUsed { get; init; }

    /// <summary>Largest |spent − target| ÷ budget of any campaign at the end of any interval.</summary>
    public required double WorstDeviation { get; init; }

    /// <summary>The deviation that 95 % of the campaigns stay within.</summary>
    public required double UsualDeviation { get; init; }

    /// <summary>Largest |spent − target| ÷ budget of all campaigns together.</summary>
    public required double TotalDeviation { get; init; }

    /// <summary>All campaigns, at every moment of the record, in the order of time.</summary>
    public required IReadOnlyList<SpendRecord> Records { get; init; }
}
