using Rubato.Kernels.Allocation;

namespace Rubato;

/// <summary>A batch allocation problem whose columns have been validated, once.</summary>
/// <remarks>
/// maximise Σ c x − Σ penalty · shortfall subject to budgets Σ a x ≤ B, promises Σ x + shortfall ≥ m, licensor caps Σ x ≤ C,
/// cohort floors Σ q x ≥ 0, and for every listener 0 ≤ x ≤ 1, Σ x ≤ k.
/// </remarks>
public sealed class AllocationProblem
{
    /// <summary>Penalty for a missed delivery where none is given, as a multiple of the largest value.</summary>
    public const double DefaultPenaltyFactor = 10;

    /// <param name="columns">the columns; they are kept, not copied, and must not change any more</param>
    /// <param name="folder">folder that the columns come from, for the error messages; null names columns instead of files</param>
    /// <exception cref="AllocationProblemException">A column has the wrong length or a value that is not permitted.</exception>
    public AllocationProblem(AllocationColumns columns, string? folder = null)
    {
        new AllocationColumnsCheck(columns, folder).Run();
        Columns = columns;
        CohortCount = columns.Cohorts.Length == 0 || columns.Margins.Length == 0 ? 0 : columns.Cohorts.Max() + 1;
        float valueMax = columns.Values.Max();
        Penalties = columns.Penalties.Length > 0 ? columns.Penalties : new double[CampaignCount];
        if (columns.Penalties.Length == 0) Array.Fill(Penalties, DefaultPenaltyFactor * Math.Max(0, valueMax));
        Edges = EdgesOf(columns, CohortCount > 0);
    }

    private AllocationProblem(AllocationProblem whole, AllocationColumns part)
    {
        (Columns, CohortCount, Penalties) = (part, whole.CohortCount, whole.Penalties);
        Edges = EdgesOf(part, CohortCount > 0);
    }

    /// <summary>The columns that the problem was made of.</summary>
    public AllocationColumns Columns { get; }

    /// <summary>[campaigns] cost of a promised delivery that is missed.</summary>
    public double[] Penalties { get; }

    /// <summary>Number of listeners.</summary>
    public int ListenerCount => Columns.Slots.Length;

    /// <summary>Number of campaigns.</summary>
    public int CampaignCount => Columns.Budgets.Length;

    /// <summary>Number of licensors; 0 without caps.</summary>
    public int LicensorCount => Columns.Caps.Length;

    /// <summary>Number of cohorts; 0 without floors.</summary>
    public int CohortCount { get; }

    /// <summary>Number of edges.</summary>
    public int EdgeCount => Columns.Campaigns.Length;

    internal EdgeColumns Edges { get; }

    /// <summary>The listeners of one rank, with their edges; limits, penalties and cohorts stay those of the whole problem.</summary>
    /// <param name="first">first listener</param> <param name="end">listener after the last</param>
    internal AllocationProblem Part(int first, int end)
    {
        int from = (int)Columns.Starts[first], to = (int)Columns.Starts[end];
        return new AllocationProblem(this, Columns with
        {
            Starts = Array.ConvertAll(Columns.Starts[first..(end + 1)], start => start - from),
            Campaigns = Columns.Campaigns[from..to],
            Values = Columns.Values[from..to],
            Spends = Columns.Spends[from..to],
            Margins = Columns.Margins.Length > 0 ? Columns.Margins[from..to] : [],
            Slots = Columns.Slots[first..end],
            Cohorts = Columns.Cohorts.Length > 0 ? Columns.Cohorts[first..end] : [],
        });
    }

    private static EdgeColumns EdgesOf(AllocationColumns columns, bool floors) => new()
    {
        Starts = columns.Starts,
        Campaigns = columns.Campaigns,
        Values = columns.Values,
        Spends = columns.Spends,
        Margins = floors ? columns.Margins : [],
        Slots = columns.Slots,
        Cohorts = floors ? columns.Cohorts : [],
    };
}
