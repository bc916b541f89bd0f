using System.Runtime.Intrinsics;

namespace Rubato.Kernels.Allocation;

/// <summary>Second derivatives as the fractional edges that make them up, which are few: products with a vector instead of a matrix.</summary>
/// <remarks>Takes 10 bytes per fractional edge and listener, 14 with margins; grows and shrinks with the passes.</remarks>
public sealed class EdgeCurvature : Curvature
{
    private const int ChunkEntries = 8_192;
    private readonly double[] _slopes;
    private readonly bool _floors;
    private readonly int _chunkEntries;
    private readonly List<FractionalChunk> _chunks = [];
    private int _used; // chunks in use
    private double _inverseSmoothing;

    /// <param name="floors">whether edges have margins</param> <param name="widthMax">columns of the longest slice</param>
    public EdgeCurvature(bool floors, int widthMax) : base(widthMax)
    {
        _floors = floors;
        _slopes = new double[widthMax];
        _chunkEntries = Math.Max(ChunkEntries, widthMax + 1);
    }

    private protected override void Clear()
    {
        if (_chunks.Count > 2 * _used) _chunks.RemoveRange(_used, _chunks.Count - _used); // smaller smoothing, fewer fractional edges
        _used = 0;
    }

    private protected override void AddListener(int count, int cohort, bool slotsUsedUp, double inverseSmoothing)
    {
        _inverseSmoothing = inverseSmoothing;
        FractionalChunk chunk = _used > 0 && _chunks[_used - 1].Free > count ? _chunks[_used - 1] : NextChunk();
        int at = chunk.Count;
        chunk.Campaigns[at] = (ushort)(count - 1);
        chunk.Bits[at] = slotsUsedUp ? ~cohort : cohort;
        for (int i = 0; i < count; i++) chunk.Campaigns[at + 1 + i] = (ushort)FractionalCampaigns[i];
        FractionalSpends.AsSpan(0, count).CopyTo(chunk.Spends.AsSpan(at + 1));
        if (_floors) FractionalMargins.AsSpan(0, count).CopyTo(chunk.Margins.AsSpan(at + 1));
        chunk.Count = at + 1 + count;
    }

    private FractionalChunk NextChunk()
    {
        if (_used == _chunks.Count) _chunks.Add(new FractionalChunk(_chunkEntries, _floors));
        FractionalChunk chunk = _chunks[_used++];
        chunk.Count = 0;
        return chunk;
    }

    /// <summary>Adds the product of the second derivatives with a direction.</summary>
    /// <param name="campaignDirection">[campaigns, 2] change of the price of spend, and of a delivery (promise less licensor)</param>
    /// <param name="cohortDirection">[cohorts + 1] change of the price of margin</param>
    /// <param name="campaignSums">[campaigns, 2] Σ a u and Σ u, where u is the change of x; added to</param>
    /// <param name="quality">[cohorts + 1] Σ q u; added to</param>
    public void Multiply(ReadOnlySpan<double> campaignDirection, ReadOnlySpan<double> cohortDirection, Span<double> campaignSums, Span<double> quality)
    {
        for (int i = 0; i < _used; i++) Multiply(_chunks[i], campaignDirection, cohortDirection, campaignSums, quality);
    }

    private void Multiply(
        FractionalChunk chunk, ReadOnlySpan<double> campaignDirection, ReadOnlySpan<double> cohortDirection, Span<double> campaignSums, Span<double> quality)
    {
        for (int at = 0; at < chunk.Count;)
        {
            ReadOnlySpan<ushort> campaigns = Listener(chunk, ref at, out ReadOnlySpan<float> spends, out ReadOnlySpan<float> margins, out int cohort, out bool slotsUsedUp);
            Span<double> slopes = _slopes.AsSpan(0, campaigns.Length);
            double cohortSlope = _floors ? cohortDirection[cohort] : 0, sum = 0;
            for (int i = 0; i < campaigns.Length; i++)
            {
                int campaign = campaigns[i];
                double slope = campaignDirection[2 * campaign + 1] - spends[i] * campaignDirection[2 * campaign];
                if (_floors) slope += margins[i] * cohortSlope;
                slopes[i] = slope;
                sum += slope;
            }
            double mean = slotsUsedUp ? sum / campaigns.Length : 0, margin = 0;
            for (int i = 0; i < campaigns.Length; i++)
            {
                double change = (slopes[i] - mean) * _inverseSmoothing;
                Span<double> target = campaignSums.Slice(2 * campaigns[i], 2);
                (Vector128.Create<double>(target) + Vector128.Create(spends[i] * change, change)).CopyTo(target);
                if (_floors) margin += margins[i] * change;
            }
            if (_floors) quality[cohort] += margin;
        }
    }

    /// <summary>Adds the diagonal in the shapes of a product; the sum over a licensor's campaigns is an upper bound of its entry.</summary>
    /// <param name="campaignSums">[campaigns, 2] for prices of spend and of a delivery; added to</param>
    /// <param name="quality">[cohorts + 1] for prices of margin; added to</param>
    public void AddDiagonal(Span<double> campaignSums, Span<double> quality)
    {
        for (int i = 0; i < _used; i++) AddDiagonal(_chunks[i], campaignSums, quality);
    }

    private void AddDiagonal(FractionalChunk chunk, Span<double> campaignSums, Span<double> quality)
    {
        for (int at = 0; at < chunk.Count;)
        {
            ReadOnlySpan<ushort> campaigns = Listener(chunk, ref at, out ReadOnlySpan<float> spends, out ReadOnlySpan<float> margins, out int cohort, out bool slotsUsedUp);
            double share = slotsUsedUp ? 1.0 / campaigns.Length : 0, own = (1 - share) * _inverseSmoothing, sum = 0, square = 0;
            for (int i = 0; i < campaigns.Length; i++)
            {
                double spend = spends[i], margin = _floors ? margins[i] : 0;
                campaignSums[2 * campaigns[i]] += spend * spend * own;
                campaignSums[2 * campaigns[i] + 1] += own;
                sum += margin;
                square += margin * margin;
            }
            quality[cohort] += (square - share * sum * sum) * _inverseSmoothing;
        }
    }

    // The campaigns of the listener at an entry, and the rest of what is known of it; moves on to the next.
    private ReadOnlySpan<ushort> Listener(
        FractionalChunk chunk, ref int at, out ReadOnlySpan<float> spends, out ReadOnlySpan<float> margins, out int cohort, out bool slotsUsedUp)
    {
        int count = chunk.Campaigns[at] + 1, first = at + 1, bits = chunk.Bits[at];
        (cohort, slotsUsedUp) = bits < 0 ? (~bits, true) : (bits, false);
        spends = chunk.Spends.AsSpan(first, count);
        margins = _floors ? chunk.Margins.AsSpan(first, count) : default;
        at = first + count;
        return chunk.Campaigns.AsSpan(first, count);
    }
}
