namespace Rubato.Kernels.Allocation;

/// <summary>The point at which the oracle is evaluated: prices by campaign and cohort, and the smoothing.</summary>
/// <remarks>
/// The reduced value of an edge is r = c − a · Budget[j] + Offset[j] + q · Cohort[h], where Offset is the promise price less the licensor's.
/// Every array exists in double and in single precision; <see cref="Round"/> makes the second from the first.
/// </remarks>
public sealed class OraclePrices(int campaignCount, int cohortCount)
{
    /// <summary>[campaigns] price of a unit of spend.</summary>
    public double[] Budget { get; } = new double[campaignCount];

    /// <summary>[campaigns] promise price less licensor price, per delivery.</summary>
    public double[] Offset { get; } = new double[campaignCount];

    /// <summary>[cohorts + 1] price of a unit of quality margin; the last is 0 and belongs to listeners without a cohort.</summary>
    public double[] Cohort { get; } = new double[cohortCount + 1];

    /// <summary>Weight γ > 0 of the smoothing term −γ/2 · ‖x‖².</summary>
    public double Smoothing { get; set; }

    internal float[] BudgetSingle { get; } = new float[campaignCount];

    internal float[] OffsetSingle { get; } = new float[campaignCount];

    internal float[] CohortSingle { get; } = new float[cohortCount + 1];

    /// <summary>False when every offset is 0, so that the kernel need not gather them. Set by <see cref="Round"/>.</summary>
    public bool HasOffsets { get; private set; }

    /// <summary>Makes the single-precision copies; called once after the prices have changed.</summary>
    public void Round()
    {
        HasOffsets = Array.Exists(Offset, offset => offset != 0);
        for (int j = 0; j < Budget.Length; j++)
        {
            BudgetSingle[j] = (float)Budget[j];
            OffsetSingle[j] = (float)Offset[j];
        }
        for (int h = 0; h < Cohort.Length; h++) CohortSingle[h] = (float)Cohort[h];
    }
}
