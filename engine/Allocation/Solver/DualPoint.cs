namespace Rubato;

/// <summary>What the oracle says at one price vector.</summary>
internal sealed class DualPoint(int rows)
{
    /// <summary>[rows] where it was evaluated.</summary>
    public double[] Prices { get; } = new double[rows];

    /// <summary>[rows] derivative of the smoothed dual: the slack of each constraint at the smoothed choice.</summary>
    public double[] Gradient { get; } = new double[rows];

    /// <summary>[rows] how much of each constraint is used: spend, delivery, delivery, quality.</summary>
    public double[] Usage { get; } = new double[rows];

    /// <summary>Smoothing γ of the evaluation.</summary>
    public double Smoothing { get; set; }

    /// <summary>Value of the smoothed dual, which is being minimised.</summary>
    public double Value { get; set; }

    /// <summary>Value of the unsmoothed dual: an upper bound of the problem's optimum.</summary>
    public double Bound { get; set; }

    /// <summary>Value of the smoothed choice in the Lagrangian: the bound less what smoothing costs.</summary>
    public double Lagrangian { get; set; }

    /// <summary>Bound less Lagrangian: what the smoothing costs.</summary>
    public double SmoothingCost => Bound - Lagrangian;

    /// <summary>Makes this point equal to another.</summary>
    public void CopyFrom(DualPoint other)
    {
        other.Prices.CopyTo(Prices, 0);
        other.Gradient.CopyTo(Gradient, 0);
        other.Usage.CopyTo(Usage, 0);
        (Smoothing, Value, Bound, Lagrangian) = (other.Smoothing, other.Value, other.Bound, other.Lagrangian);
    }
}
