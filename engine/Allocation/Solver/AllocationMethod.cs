namespace Rubato;

/// <summary>How the smoothed dual is minimised.</summary>
public enum AllocationMethod
{
    /// <summary><see cref="Newton"/> up to <see cref="AllocationOptions.NewtonRowsMax"/> prices, <see cref="ConjugateNewton"/> beyond.</summary>
    Automatic,

    /// <summary>Semismooth Newton: few passes, one dense factorisation each.</summary>
    Newton,

    /// <summary>The same with steps by conjugate gradients: no matrix.</summary>
    ConjugateNewton,

    /// <summary>Accelerated gradient: many passes, no second derivatives; checks the others.</summary>
    Gradient,
}
