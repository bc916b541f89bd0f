namespace Rubato;

/// <summary>How far a point's constraints are out of balance, in units of value.</summary>
internal static class DualBalance
{
    /// <summary>Unused limits at their price, overused ones at the larger of their price and a usual one: 0 at the smoothed dual's optimum.</summary>
    public static double Imbalance(DualPoint point, DualScales scales)
    {
        double sum = 0;
        for (int i = 0; i < point.Prices.Length; i++)
        {
            double slack = point.Gradient[i], price = point.Prices[i];
            sum += slack >= 0 ? price * slack : -slack * Math.Max(price, scales.Prices[i]);
        }
        return sum;
    }

    /// <summary>What a feasible allocation made at this point is about to lose: the imbalance, but missed promises at their penalty.</summary>
    public static double RepairLoss(DualPoint point, DualRows rows, DualScales scales)
    {
        double sum = Imbalance(point, scales);
        for (int i = rows.BudgetCount; i < rows.BudgetCount + rows.PromiseCount; i++)
            sum += Math.Max(0, -point.Gradient[i]) * Math.Max(0, rows.Upper[i] - Math.Max(point.Prices[i], scales.Prices[i]));
        return sum;
    }
}
