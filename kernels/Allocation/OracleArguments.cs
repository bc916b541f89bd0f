using System.Runtime.InteropServices;

namespace Rubato.Kernels.Allocation;

/// <summary>
/// The argument block of assembled oracle code: one slice of 16 listeners in; thresholds, the unsmoothed maximum and the numbers of the
/// edges that are chosen out.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = HitCountAt + 8)]
internal unsafe struct OracleArguments
{
    /// <summary>Where the fields are, for the assembled code.</summary>
    public const int CampaignsAt = 0, ValuesAt = 8, SpendsAt = 16, MarginsAt = 24, SlotsAt = 32, CohortsAt = 40, BudgetAt = 48, OffsetAt = 56,
        CohortAt = 64, ReducedAt = 72, HitsAt = 80, ElementsAt = 88, SmoothingAt = 96, BoundAt = 128, ThresholdsAt = 192, HitCountAt = 320;

    /// <summary>[elements] campaign of each edge of the slice, and the other columns likewise.</summary>
    [FieldOffset(CampaignsAt)] public ushort* Campaigns;

    [FieldOffset(ValuesAt)] public float* Values;

    [FieldOffset(SpendsAt)] public float* Spends;

    /// <summary>[elements] margins; read only by code made for floors.</summary>
    [FieldOffset(MarginsAt)] public float* Margins;

    /// <summary>[16] slots of each lane.</summary>
    [FieldOffset(SlotsAt)] public int* Slots;

    /// <summary>[16] cohort of each lane; read only by code made for floors.</summary>
    [FieldOffset(CohortsAt)] public int* Cohorts;

    /// <summary>[campaigns] price of a unit of spend.</summary>
    [FieldOffset(BudgetAt)] public double* Budget;

    /// <summary>[campaigns] price per delivery; read only by code made for offsets.</summary>
    [FieldOffset(OffsetAt)] public double* Offset;

    /// <summary>[cohorts + 1] price of a unit of margin; read only by code made for floors.</summary>
    [FieldOffset(CohortAt)] public double* Cohort;

    /// <summary>[elements] reduced values, overwritten.</summary>
    [FieldOffset(ReducedAt)] public double* Reduced;

    /// <summary>[elements + 16] numbers within the slice of the edges with x > 0, overwritten; column by column.</summary>
    [FieldOffset(HitsAt)] public int* Hits;

    /// <summary>Elements of the slice: columns · 16, at least 16.</summary>
    [FieldOffset(ElementsAt)] public long Elements;

    /// <summary>γ > 0.</summary>
    [FieldOffset(SmoothingAt)] public double Smoothing;

    /// <summary>[8] Σ max { r · x : x in P } of the slices so far, by lane modulo 8.</summary>
    [FieldOffset(BoundAt)] public fixed double Bound[8];

    /// <summary>[16] τ of each lane, overwritten.</summary>
    [FieldOffset(ThresholdsAt)] public fixed double Thresholds[16];

    /// <summary>Number of hits, overwritten.</summary>
    [FieldOffset(HitCountAt)] public long HitCount;
}
