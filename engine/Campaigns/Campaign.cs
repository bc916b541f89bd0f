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

    /// <summary>First instant, UTC.</summary>
    public required DateTime Start { get; init; }

    /// <summary>First instant after the campaign, UTC.</summary>
    public required DateTime End { get; init; }

    /// <summary>Markets that the campaign is limited to; empty = everywhere.</summary>
    public required Market[] Markets { get; init; }

    /// <summary>Catalogue rows of the promoted tracks, each once.</summary>
    public required int[] Rows { get; init; }
}
