namespace Rubato;

/// <summary>The terms of a promotion score, in the order in which they are summed. Each carries its sign.</summary>
public enum BreakdownTerm
{
    /// <summary>Weight × relevance.</summary>
    Relevance = 0,

    /// <summary>Weight × relevance × value per delivery of the campaign.</summary>
    Promotion = 1,

    /// <summary>− spend per delivery × price of the campaign's budget.</summary>
    Budget = 2,

    /// <summary>+ price of the campaign's promised delivery.</summary>
    Promise = 3,

    /// <summary>− price of the cap of the campaign's licensor.</summary>
    Licensor = 4,

    /// <summary>+ margin over the cohort's floor × price of that floor.</summary>
    Cohort = 5,
}
