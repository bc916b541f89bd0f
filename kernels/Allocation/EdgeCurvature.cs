using System.Runtime.Intrinsics;

namespace Rubato.Kernels.Allocation;

/// <summary>Second derivatives as the fractional edges that make them up, which are few: products with a vector instead of a matrix.</summary>
/// <remarks>Takes 10 bytes per fractional edge, 14 with margins, and 8 per listener; grows to the largest pass and then allocates no more.</remarks>
public sealed class EdgeCurvature : Curvature
{
    private const int FirstCapacity = 4_096;
    private readonly double[] _slopes;
    private readonly bool _floors;
    private int[] _counts = new int[FirstCapacity], _cohorts = new int[FirstCapacity]; // of each listener; slots used up: count negative
    private ushort[] _campaigns = new ushort[FirstCapacity];
    private float[] _spends = new float[FirstCapacity], _margins;
    private int _listeners, _edges;
    private double _inverseSmoothing;

    /// <param name="floors">whether edges have margins</param> <param name="widthMax">columns of the longest slice</param>
    public EdgeCurvature(bool floors, int widthMax) : base(widthMax)
    {
        _floors = floors;
        _margins = new float[floors ? FirstCapacity : 0];
        _slopes = new double[widthMax];
    }

    /// <summary>Fractional edges of the last pass that wanted them.</summary>
    public int EdgeCount => _edges;

    private protected override void Clear() => (_listeners, _edges) = (0, 0);

    private protected override void AddListener(int count, int cohort, bool slotsUsedUp, double inverseSmoothing)
    {
        _inverseSmoothing = inverseSmoothing;
        if (_listeners == _counts.Length)
        {
            Array.Resize(ref _counts, 2 * _listeners);
            Array.Resize(ref _cohorts, 2 * _listeners);
        }
        if (_edges + count > _campaigns.Length) GrowEdges(_edges + count);
        (_counts[_listeners], _cohorts[_listeners]) = (slotsUsedUp ? -count : count, cohort);
        _listeners++;
        for (int i = 0; i < count; i++) _campaigns[_edges + i] = (ushort)FractionalCampaigns[i];
        FractionalSpends.AsSpan(0, count).CopyTo(_spends.AsSpan(_edges));
        if (_floors) FractionalMargins.AsSpan(0, count).CopyTo(_margins.AsSpan(_edges));
        _edges += count;
    }

    /// <summary>Adds the product of the second derivatives with a direction.</summary>
    /// <param name="campaignDirection">[campaigns, 2] change of the price of spend, and of a delivery (promise less licensor)</param>
    /// <param name="cohortDirection">[cohorts + 1] change of the price of margin</param>
    /// <param name="campaignSums">[campaigns, 2] Σ a u and Σ u, where u is the change of x; added to</param>
    /// <param name="quality">[cohorts + 1] Σ q u; added to</param>
    public void Multiply(ReadOnlySpan<double> campaignDirection, ReadOnlySpan<double> cohortDirection, Span<double> campaignSums, Span<double> quality)
    {
        for (int listener = 0, from = 0; listener < _listeners; listener++)
        {
            int count = Math.Abs(_counts[listener]), cohort = _cohorts[listener];
            double cohortSlope = _floors ? cohortDirection[cohort] : 0, sum = 0;
            for (int i = 0; i < count; i++)
            {
                int campaign = _campaigns[from + i];
                double slope = campaignDirection[2 * campaign + 1] - _spends[from + i] * campaignDirection[2 * campaign];
                if (_floors) slope += _margins[from + i] * cohortSlope;
                _slopes[i] = slope;
                sum += slope;
            }
            double mean = _counts[listener] < 0 ? sum / count : 0, margin = 0;
            for (int i = 0; i < count; i++)
            {
                double change = (_slopes[i] - mean) * _inverseSmoothing;
                Span<double> target = campaignSums.Slice(2 * _campaigns[from + i], 2);
                (Vector128.Create<double>(target) + Vector128.Create(_spends[from + i] * change, change)).CopyTo(target);
                if (_floors) margin += _margins[from + i] * change;
            }
            if (_floors) quality[cohort] += margin;
            from += count;
        }
    }

    /// <summary>Adds the diagonal in the shapes of <see cref="Multiply"/>; the sum over a licensor's campaigns is an upper bound of its entry.</summary>
    /// <param name="campaignSums">[campaigns, 2] for prices of spend and of a delivery; added to</param>
    /// <param name="quality">[cohorts + 1] for prices of margin; added to</param>
    public void AddDiagonal(Span<double> campaignSums, Span<double> quality)
    {
        for (int listener = 0, from = 0; listener < _listeners; listener++)
        {
            int count = Math.Abs(_counts[listener]);
            double share = _counts[listener] < 0 ? 1.0 / count : 0, own = (1 - share) * _inverseSmoothing, sum = 0, square = 0;
            for (int i = 0; i < count; i++)
            {
                int campaign = _campaigns[from + i];
                double spend = _spends[from + i], margin = _floors ? _margins[from + i] : 0;
                campaignSums[2 * campaign] += spend * spend * own;
                campaignSums[2 * campaign + 1] += own;
                sum += margin;
                square += margin * margin;
            }
            quality[_cohorts[listener]] += (square - share * sum * sum) * _inverseSmoothing;
            from += count;
        }
    }

    private void GrowEdges(int needed)
    {
        int capacity = (int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * _campaigns.Length));
        Array.Resize(ref _campaigns, capacity);
        Array.Resize(ref _spends, capacity);
        if (_floors) Array.Resize(ref _margins, capacity);
    }
}
