using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Selection;

/// <summary>
/// The rows of one query that may still be among its k best: unsorted, each with a lower and an upper bound of its score.
/// When the buffer fills, a selection raises the bar and drops what lies below: there is no heap in the scanning loop.
/// </summary>
internal sealed class SurvivorBuffer
{
    private ulong[] _lower = []; // RankKey of the lower bound and the row
    private float[] _upper = [];
    private int _k, _crowded;

    /// <summary>Survivors held.</summary>
    public int Count { get; private set; }

    /// <summary>The k-th best lower bound known; a row whose upper bound is below it has lost.</summary>
    public float Bar { get; private set; }

    /// <summary>More rows than the limit survive the bar: bounds do not separate them, and scoring all rows is quicker.</summary>
    public bool Crowded { get; private set; }

    /// <summary>Starts a search.</summary>
    /// <param name="k">rows wanted</param>
    /// <param name="room">most rows appended between two calls of <see cref="Reserve"/></param>
    /// <param name="crowdedCount">survivors above which the search is given up</param>
    public void Start(int k, int room, int crowdedCount)
    {
        (_k, _crowded, Count, Bar, Crowded) = (k, crowdedCount, 0, float.NegativeInfinity, false);
        Grow(4 * k + room);
    }

    /// <summary>Makes room for more rows, by a selection or, if that frees little, by growing.</summary>
    /// <returns>whether the bar may have risen</returns>
    public bool Reserve(int room, ScanWorkspace workspace)
    {
        if (Count + room <= _lower.Length)
            return false;
        Compact(workspace);
        if (Count > _crowded)
            Crowded = true;
        else if (Count > (_lower.Length - room) / 2)
            Grow(2 * Count + room);
        return true;
    }

    /// <summary>Adds a row; there must be room.</summary>
    public void Append(float lower, float upper, int row)
    {
        _lower[Count] = RankKey.Of(lower, row);
        _upper[Count++] = upper;
    }

    /// <summary>Raises the bar to the k-th best lower bound and drops the rows whose upper bound is below it.</summary>
    public void Compact(ScanWorkspace workspace)
    {
        if (Count < _k)
            return;
        Span<ulong> lower = _lower.AsSpan(0, Count), scratch = workspace.Keys(Count);
        lower.CopyTo(scratch);
        TopK.Select(scratch, _k);
        Bar = RankKey.Score(scratch[_k - 1]);
        int kept = 0;
        for (int i = 0; i < lower.Length; i++)
        {
            lower[kept] = lower[i];
            _upper[kept] = _upper[i];
            kept += _upper[kept] >= Bar ? 1 : 0;
        }
        Count = kept;
    }

    /// <summary>The survivors as <see cref="RankKey"/>s of their upper bounds, best first.</summary>
    /// <returns>a span of the workspace's keys</returns>
    public Span<ulong> ByUpperBound(ScanWorkspace workspace)
    {
        Span<ulong> keys = workspace.Keys(Count);
        for (int i = 0; i < keys.Length; i++)
            keys[i] = RankKey.Of(_upper[i], RankKey.Row(_lower[i]));
        TopK.SortDescending(keys);
        return keys;
    }

    private void Grow(int length)
    {
        if (length <= _lower.Length)
            return;
        Array.Resize(ref _lower, length);
        Array.Resize(ref _upper, length);
    }
}
