using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>
/// An allocation problem made of vectors: every listener's most similar promoted tracks, one edge per campaign (its best track), valued as
/// serving values them, so that the prices of its solution can be served.
/// </summary>
public sealed class CatalogueAllocation
{
    private const double MicrosPerUnit = 1e6;
    private const int ListenersPerSearch = 64;

    private CatalogueAllocation(AllocationProblem problem, long[] trackIds, uint[] campaignIds, uint[] cohortIds)
        => (Problem, TrackIds, CampaignIds, CohortIds) = (problem, trackIds, campaignIds, cohortIds);

    /// <summary>The problem; campaigns in the order of <see cref="CampaignIds"/>.</summary>
    public AllocationProblem Problem { get; }

    /// <summary>[edges] the track that stands for the campaign.</summary>
    public long[] TrackIds { get; }

    /// <summary>[campaigns] ids, ascending.</summary>
    public uint[] CampaignIds { get; }

    /// <summary>[cohorts] ids of the cohorts that have listeners, ascending.</summary>
    public uint[] CohortIds { get; }

    /// <summary>Reads a campaigns file and makes the problem.</summary>
    /// <param name="catalogue">the tracks</param>
    /// <param name="listeners">[listeners, dimension], row-major, finite</param>
    /// <param name="campaignsPath">campaigns.json (docs/SCORING.md)</param>
    /// <param name="cohortOfListener">[listeners] cohort id, 0 = none; empty: none</param>
    /// <param name="options">candidates, slots, weights</param>
    /// <exception cref="DataFileException">The campaigns file is malformed, or leaves nothing to allocate.</exception>
    /// <exception cref="ArgumentException">The listeners do not fit the catalogue, or an option is out of range.</exception>
    public static CatalogueAllocation Build(
        Catalogue catalogue, ReadOnlySpan<float> listeners, string campaignsPath, ReadOnlySpan<int> cohortOfListener, CatalogueAllocationOptions options)
    {
        options.Validated();
        if (listeners.Length % catalogue.Dimension != 0)
            throw new ArgumentException($"{listeners.Length} values are not a whole number of vectors of {catalogue.Dimension}", nameof(listeners));
        int count = listeners.Length / catalogue.Dimension;
        if (cohortOfListener.Length != 0 && cohortOfListener.Length != count)
            throw new ArgumentException($"{cohortOfListener.Length} cohorts for {count} listeners", nameof(cohortOfListener));
        CampaignSet campaigns = CampaignFile.Read(campaignsPath, catalogue);
        var edges = new CatalogueEdges(catalogue, campaigns, options);
        (int[] cohorts, Cohort[] occupied) = CohortsOf(campaigns, cohortOfListener, campaignsPath);
        using var searcher = new RowSearcher(catalogue, ScanKernels.Pick(), options.Threads);
        for (int first = 0; first < count; first += ListenersPerSearch)
        {
            int size = Math.Min(ListenersPerSearch, count - first);
            edges.Search(searcher, listeners.Slice(first * catalogue.Dimension, size * catalogue.Dimension));
            for (int i = 0; i < size; i++)
            {
                int cohort = cohorts.Length > 0 ? cohorts[first + i] : -1;
                edges.AddListener(i, cohort < 0 ? double.NaN : occupied[cohort].Floor);
            }
        }
        if (edges.Count == 0) throw new EngineDataException(campaignsPath, "no listener has a candidate of a running campaign (expected at least one)");
        var problem = new AllocationProblem(edges.Columns(cohorts, campaigns, options.Slots));
        return new CatalogueAllocation(problem, edges.TrackIds(), campaigns.Ids.ToArray(), [.. occupied.Select(cohort => cohort.Id)]);
    }

    internal static double Units(long micros) => micros / MicrosPerUnit;

    // Cohorts are renumbered to those that have listeners.
    private static (int[] OfListener, Cohort[] Occupied) CohortsOf(CampaignSet campaigns, ReadOnlySpan<int> ids, string path)
    {
        if (ids.IsEmpty) return ([], []);
        int[] indices = new int[ids.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            indices[i] = ids[i] == 0 ? -1 : ids[i] > 0 ? campaigns.CohortIndex((uint)ids[i]) : -1;
            if (ids[i] != 0 && indices[i] < 0) throw new EngineDataException(path, $"lacks cohort {ids[i]}, which listener {i} is in");
        }
        int[] used = [.. indices.Where(index => index >= 0).Distinct().Order()];
        if (used.Length == 0) return ([], []);
        Cohort[] occupied = [.. used.Select(index => campaigns.Cohorts[index])];
        return (Array.ConvertAll(indices, index => index < 0 ? -1 : Array.BinarySearch(used, index)), occupied);
    }
}
