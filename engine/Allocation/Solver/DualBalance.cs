namespace Rubato;

/// <summary>How far a point's constraints are out of balance, in units of value.</summary>
internal static class DualBalance
{
    /// <summary>
    /// Unused limits at their price, overused ones at the larger of their price and a usual one: 0 at the smoothed dual's optimum.
    /// A missed promise counts no more than its price may still rise.
    /// </summary>
    public static double Imbalance(DualPoint point, DualRows rows, DualScales scales)
    {
        double sum = 0;
        for (int i = 0; i < point.Prices.Length; i++)
        {
            double slack = point.Gradient[i], price = point.Prices[i];
            sum += slack >= 0 ? price * slack : -slack * Math.Min(Math.Max(price, scales.Prices[i]), rows.Upper[i] - price);
        }
        return sum;
    }

    /// <summary>
    /// What a feasible allocation made at this point is about to lose: the imbalance, but missed promises at their penalty, of which the dual
    /// has already counted the price.
    /// </summary>
    public static double RepairLoss(DualPoint point, DualRows rows, DualScales scales)
    {
        double sum = 0;
        int promises = rows.BudgetCount, licensors = promises + rows.PromiseCount;
        for (int i = 0; i < point.Prices.Length; i++)
        {
            double slack = point.Gradient[i], price = point.Prices[i];
            bool promise = i >= promises && i < licensors;
            sum += slack >= 0 ? price * slack : -slack * (promise ? rows.Upper[i] - price : Math.Max(price, scales.Prices[i]));
        }
        return sum;
    }
}
