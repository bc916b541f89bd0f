namespace Rubato.Kernels.Allocation;

/// <summary>The row of each price in the gradient and the Hessian; −1 where a campaign, licensor or cohort has no such constraint.</summary>
/// <remarks>Rows are numbered family by family: budgets, promises, licensors, cohorts, ascending inside a family.</remarks>
public sealed class PriceRows
{
    /// <summary>[campaigns] row of the campaign's budget price.</summary>
    public required int[] Budget { get; init; }

    /// <summary>[campaigns] row of the campaign's promise price.</summary>
    public required int[] Promise { get; init; }

    /// <summary>[campaigns] row of the price of the cap of the campaign's licensor.</summary>
    public required int[] Licensor { get; init; }

    /// <summary>[cohorts + 1] row of the cohort's floor price; the last entry, for listeners without a cohort, is −1.</summary>
    public required int[] Cohort { get; init; }

    /// <summary>Number of rows.</summary>
    public required int Count { get; init; }
}
