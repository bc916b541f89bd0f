namespace Rubato.Kernels.Allocation;

/// <summary>
/// Second derivatives of the smoothed dual: each listener whose choice is fractional adds (1/γ) · (Σ w wᵀ − s sᵀ / n),
/// where w are the constraint coefficients of its n fractional edges and s = Σ w; without the second term where its slots are not used up.
/// </summary>
public abstract class Curvature
{
    private protected Curvature(int widthMax)
    {
        FractionalCampaigns = new int[widthMax];
        FractionalSpends = new float[widthMax];
        FractionalMargins = new float[widthMax];
        FractionalEdges = new int[widthMax * EdgeSlices.Height];
    }

    /// <summary>Whether the second derivatives are wanted in the present pass.</summary>
    public bool Wanted { get; private set; }

    internal int[] FractionalCampaigns { get; }

    internal float[] FractionalSpends { get; }

    internal float[] FractionalMargins { get; }

    internal int[] FractionalEdges { get; } // scratch of callers that find fractional edges in another order

    internal void Clear(bool wanted)
    {
        Wanted = wanted;
        if (wanted) Clear();
    }

    private protected abstract void Clear();

    /// <summary>Adds one listener, whose fractional edges the caller has written to the three arrays, campaigns ascending.</summary>
    /// <param name="count">number of fractional edges</param>
    /// <param name="cohort">cohort of the listener, CohortCount for none</param>
    /// <param name="slotsUsedUp">whether Σ x = k</param>
    /// <param name="inverseSmoothing">1/γ</param>
    internal void Add(int count, int cohort, bool slotsUsedUp, double inverseSmoothing)
    {
        if (count == 0 || (slotsUsedUp && count == 1)) return; // one fractional edge cannot move when the rest is fixed
        AddListener(count, cohort, slotsUsedUp, inverseSmoothing);
    }

    private protected abstract void AddListener(int count, int cohort, bool slotsUsedUp, double inverseSmoothing);
}
