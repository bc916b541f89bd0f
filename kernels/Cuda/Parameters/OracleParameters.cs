using System.Runtime.InteropServices;

namespace Rubato.Kernels.Cuda;

/// <summary>Parameters of the kernel <c>oracle</c>: one pass over the edges of some slices.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OracleParameters
{
    /// <summary>[slices + 1] i4 element at which a slice starts.</summary>
    public long Starts;

    /// <summary>[elements + 48] u2 campaigns: three columns of zeros behind the last slice, also in what follows.</summary>
    public long Campaigns;

    /// <summary>[elements + 48] f4 values.</summary>
    public long Values;

    /// <summary>[elements + 48] f4 spends.</summary>
    public long Spends;

    /// <summary>[elements + 48] f4 margins; 0 without floors.</summary>
    public long Margins;

    /// <summary>[slices × 16] i4 slots.</summary>
    public long Slots;

    /// <summary>[slices × 16] i4 cohorts; 0 without floors.</summary>
    public long Cohorts;

    /// <summary>[campaigns, 2] f8: budget price, and promise price less licensor price; 16-byte aligned.</summary>
    public long Prices;

    /// <summary>[cohorts + 1] f8 floor prices.</summary>
    public long CohortPrices;

    /// <summary>[campaigns, 2] i8 spend and delivery, in units; added to.</summary>
    public long CampaignSums;

    /// <summary>[cohorts + 1] i8 quality, in units; added to.</summary>
    public long QualitySums;

    /// <summary>[blocks, 3] f8: Σ max { r · x }, Σ r · x and Σ x² of each block; overwritten.</summary>
    public long Partials;

    /// <summary>γ.</summary>
    public double Smoothing;

    /// <summary>1/γ.</summary>
    public double InverseSmoothing;

    /// <summary>Units to one of spend, a power of two.</summary>
    public double SpendUnits;

    /// <summary>Units to one delivery, a power of two.</summary>
    public double DeliveryUnits;

    /// <summary>Units to one of quality, a power of two.</summary>
    public double QualityUnits;

    /// <summary>First slice of the range.</summary>
    public int FirstSlice;

    /// <summary>Slice after the last of the range.</summary>
    public int EndSlice;
}
