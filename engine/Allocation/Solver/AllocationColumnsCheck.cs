using Rubato.Kernels.Allocation;

namespace Rubato;

/// <summary>Checks every column of a problem: lengths first, then the values, in the order in which the files are listed.</summary>
internal sealed class AllocationColumnsCheck(AllocationColumns columns, string? folder)
{
    private const float MagnitudeMax = 1e12f;
    private const double LimitMax = 1e18;

    public void Run()
    {
        int listeners = columns.Slots.Length, campaigns = columns.Budgets.Length, edges = columns.Campaigns.Length;
        if (listeners == 0) throw Error("slots", "no listeners (expected at least 1)");
        if (campaigns == 0) throw Error("budget", "no campaigns (expected at least 1)");
        if (campaigns > EdgeSlices.CampaignsMax) throw Error("budget", $"{campaigns} campaigns (expected at most {EdgeSlices.CampaignsMax})");
        if (edges == 0) throw Error("campaign", "no edges (expected at least 1)");
        Length("indptr", columns.Starts.Length, listeners + 1L, "one more than slots.npy");
        Length("value", columns.Values.Length, edges, "as many as campaign.npy");
        Length("spend", columns.Spends.Length, edges, "as many as campaign.npy");
        OptionalLength("margin", columns.Margins.Length, edges, "as many as campaign.npy");
        OptionalLength("promised", columns.Promised.Length, campaigns, "as many as budget.npy");
        OptionalLength("penalty", columns.Penalties.Length, campaigns, "as many as budget.npy");
        OptionalLength("licensor", columns.Licensors.Length, campaigns, "as many as budget.npy");
        OptionalLength("cohort", columns.Cohorts.Length, listeners, "as many as slots.npy");
        if (columns.Licensors.Length == 0 && columns.Caps.Length > 0) throw Error("licensor", "missing (expected with cap.npy)");
        if (columns.Licensors.Length > 0 && columns.Caps.Length == 0) throw Error("cap", "missing or empty (expected with licensor.npy)");
        CheckStarts();
        CheckCampaigns();
        CheckEdgeValues("value", columns.Values, -MagnitudeMax);
        CheckEdgeValues("spend", columns.Spends, 0);
        CheckEdgeValues("margin", columns.Margins, -MagnitudeMax);
        CheckRange("slots", columns.Slots, 0, int.MaxValue);
        CheckLimits("budget", columns.Budgets, infinityAllowed: true);
        CheckLimits("promised", columns.Promised, infinityAllowed: false);
        CheckLimits("penalty", columns.Penalties, infinityAllowed: false);
        CheckRange("licensor", columns.Licensors, 0, columns.Caps.Length - 1);
        CheckLimits("cap", columns.Caps, infinityAllowed: true);
        CheckRange("cohort", columns.Cohorts, -1, columns.Cohorts.Length - 1);
        CheckCohortsOccupied();
    }

    private void CheckStarts()
    {
        long[] starts = columns.Starts;
        if (starts[0] != 0) throw Error("indptr", $"index 0: {starts[0]} (expected 0)");
        for (int i = 1; i < starts.Length; i++)
            if (starts[i] < starts[i - 1]) throw Error("indptr", $"index {i}: {starts[i]} (expected at least {starts[i - 1]}, the one before)");
        if (starts[^1] != columns.Campaigns.Length)
            throw Error("indptr", $"index {starts.Length - 1}: {starts[^1]} (expected {columns.Campaigns.Length}, the length of campaign.npy)");
    }

    private void CheckCampaigns()
    {
        int campaigns = columns.Budgets.Length;
        for (int listener = 0; listener < columns.Slots.Length; listener++)
        {
            int before = -1;
            for (int edge = (int)columns.Starts[listener]; edge < columns.Starts[listener + 1]; edge++)
            {
                int campaign = columns.Campaigns[edge];
                if ((uint)campaign >= (uint)campaigns) throw Error("campaign", $"index {edge}: {campaign} (expected 0 to {campaigns - 1})");
                if (campaign <= before)
                    throw Error("campaign", $"index {edge}: {campaign} after {before} (expected ascending within listener {listener})");
                before = campaign;
            }
        }
    }

    private void CheckEdgeValues(string name, float[] values, float min)
    {
        for (int i = 0; i < values.Length; i++)
            if (!(values[i] >= min && values[i] <= MagnitudeMax)) // also refuses NaN
                throw Error(name, $"index {i}: {values[i]} (expected {min} to {MagnitudeMax})");
    }

    private void CheckLimits(string name, double[] values, bool infinityAllowed)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] >= 0 && values[i] <= LimitMax) continue;
            if (infinityAllowed && double.IsPositiveInfinity(values[i])) continue;
            throw Error(name, $"index {i}: {values[i]} (expected 0 to {LimitMax}{(infinityAllowed ? " or +∞ for none" : "")})");
        }
    }

    private void CheckRange(string name, int[] values, int min, int max)
    {
        for (int i = 0; i < values.Length; i++)
            if (values[i] < min || values[i] > max) throw Error(name, $"index {i}: {values[i]} (expected {min} to {max})");
    }

    private void CheckCohortsOccupied()
    {
        if (columns.Cohorts.Length == 0) return;
        bool[] occupied = new bool[Math.Max(0, columns.Cohorts.Max()) + 1];
        foreach (int cohort in columns.Cohorts) if (cohort >= 0) occupied[cohort] = true;
        int empty = Array.IndexOf(occupied, false);
        if (empty >= 0 && columns.Cohorts.Max() >= 0)
            throw Error("cohort", $"cohort {empty} has no listener (expected every number from 0 to the largest, {occupied.Length - 1})");
    }

    private void OptionalLength(string name, int length, long expected, string why)
    {
        if (length > 0) Length(name, length, expected, why);
    }

    private void Length(string name, int length, long expected, string why)
    {
        if (length != expected) throw Error(name, $"{length} elements (expected {expected}, {why})");
    }

    private AllocationProblemException Error(string name, string problem)
        => new(folder is null ? name : Path.Combine(folder, name + ".npy"), problem);
}
