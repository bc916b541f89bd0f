namespace Rubato;

/// <summary>How the smoothed dual is minimised.</summary>
public enum AllocationMethod
{
    /// <summary>Newton up to <see cref="AllocationOptions.NewtonRowsMax"/> prices, the gradient method beyond.</summary>
    Automatic,

    /// <summary>Semismooth Newton: few passes, one dense factorisation each.</summary>
    Newton,

    /// <summary>Accelerated gradient: many passes, no matrix.</summary>
    Gradient,
}
