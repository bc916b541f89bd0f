namespace Rubato;

/// <summary>How good an allocation is, proven: no feasible allocation is worth more than <see cref="Dual"/>.</summary>
public sealed record AllocationCertificate
{
    /// <summary>Value of the unsmoothed dual at the returned prices: an upper bound of every feasible value.</summary>
    public required double Dual { get; init; }

    /// <summary>Σ c x − Σ penalty · shortfall of the returned allocation.</summary>
    public required double Primal { get; init; }

    /// <summary>(dual − primal) ÷ max(|dual|, 1e-12).</summary>
    public double Gap => (Dual - Primal) / Math.Max(Math.Abs(Dual), 1e-12);

    /// <summary>Violations of the returned allocation, as single-precision numbers.</summary>
    public required AllocationViolations Violations { get; init; }

    /// <summary>[campaigns] promised deliveries that are missed; empty without promises.</summary>
    public required double[] ShortfallByCampaign { get; init; }

    /// <summary>Promised deliveries that are missed, in total.</summary>
    public double Shortfall => ShortfallByCampaign.Sum();
}
