namespace Rubato;

/// <summary>Measures how far spend strays from its curves.</summary>
internal sealed class DeviationMeter(CampaignSet campaigns)
{
    private readonly double[] _worst = new double[campaigns.Count];

    /// <summary>Largest deviation of all campaigns together.</summary>
    public double Total { get; private set; }

    /// <summary>Largest deviation of any campaign.</summary>
    public double Worst => _worst.Max();

    /// <summary>What 95 % of the campaigns stay within.</summary>
    public double Usual => _worst.Order().ElementAt((int)Math.Ceiling(0.95 * _worst.Length) - 1);

    /// <summary>Looks at the end of an interval.</summary>
    public void Observe(ReadOnlySpan<PacingState> states)
    {
        double spent = 0, target = 0, budget = 0;
        for (int i = 0; i < states.Length; i++)
        {
            double own = states[i].TargetFraction * states[i].BudgetMicros;
            _worst[i] = Math.Max(_worst[i], Math.Abs(states[i].SpentMicros - own) / states[i].BudgetMicros);
            (spent, target, budget) = (spent + states[i].SpentMicros, target + own, budget + states[i].BudgetMicros);
        }
        Total = Math.Max(Total, Math.Abs(spent - target) / budget);
    }
}
