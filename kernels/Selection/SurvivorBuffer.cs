using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Selection;

/// <summary>
/// The rows of one query that may still be among its k best: unsorted, each with a floor (a lower bound of its score, or a guess of one
/// that is proven at the end) and an upper bound.
/// When the buffer fills, a selection raises the bar and drops what lies below: there is no heap in the scanning loop.
/// </summary>
internal sealed class SurvivorBuffer
{
    private ulong[] _floor = []; // RankKey of the floor and the row
    private float[] _upper = [];
    private int _k, _crowded, _capacity;

    /// <summary>Survivors held.</summary>
    public int Count { get; private set; }

    /// <summary>Whether another row needs <see cref="Reserve"/>.</summary>
    public bool Full => Count == _capacity;

    /// <summary>The k-th best floor known; a row whose upper bound is below it has been dropped.</summary>
    public float Bar { get; private set; }

    /// <summary>More rows than the limit survive the bar: bounds do not separate them, and scoring all rows is quicker.</summary>
    public bool Crowded { get; private set; }

    /// <summary>What is held are finished results of the ranges, not bounds.</summary>
    public bool Exact { get; private set; }

    /// <summary>Starts a search.</summary>
    /// <param name="k">rows wanted</param>
    /// <param name="room">most rows appended between two calls of <see cref="Reserve"/></param>
    /// <param name="crowdedCount">survivors above which the search is given up</param>
    /// <param name="bar">a guess of a lower bound of the k-th best score, proven at the end</param>
    public void Start(int k, int room, int crowdedCount, float bar = float.NegativeInfinity)
    {
        (_k, _crowded, Count, Bar, Crowded, Exact) = (k, crowdedCount, 0, bar, false, false);
        _capacity = 0;
        Grow(4 * k + room);
    }

    /// <summary>Makes room for more rows, by a selection or, if that frees little, by growing.</summary>
    /// <returns>whether the bar may have risen</returns>
    public bool Reserve(int room, ScanWorkspace workspace)
    {
        if (Count + room <= _capacity)
            return false;
        Compact(workspace);
        if (Count > _crowded)
            Crowded = true;
        else if (Count > (_capacity - room) / 2)
            Grow(2 * Count + room);
        return true;
    }

    /// <summary>Adds a row; there must be room.</summary>
    public void Append(float floor, float upper, int row)
    {
        _floor[Count] = RankKey.Of(floor, row);
        _upper[Count++] = upper;
    }

    /// <summary>Holds the finished result of a range.</summary>
    /// <param name="rows">[k], −1 past the last one</param>
    /// <param name="scores">[k], descending</param>
    public void Take(ReadOnlySpan<int> rows, ReadOnlySpan<float> scores)
    {
        (_k, _crowded, Count, Bar, Crowded, Exact) = (rows.Length, int.MaxValue, 0, scores[^1], false, true);
        _capacity = 0;
        Grow(rows.Length);
        for (int i = 0; i < rows.Length && rows[i] >= 0; i++)
            Append(scores[i], scores[i], rows[i]);
    }

    /// <summary>
    /// Adds what another range of rows has kept for the same query. Whatever either has dropped lies below the higher bar, or, in an exact range, ties
    /// with it behind k kept rows of that range.
    /// </summary>
    public void Join(SurvivorBuffer other)
    {
        Grow(Count + other.Count);
        other._floor.AsSpan(0, other.Count).CopyTo(_floor.AsSpan(Count));
        other._upper.AsSpan(0, other.Count).CopyTo(_upper.AsSpan(Count));
        Count += other.Count;
        Bar = MathF.Max(Bar, other.Bar);
        Exact &= other.Exact;
    }

    /// <summary>Raises the bar to the k-th best floor and drops the rows whose upper bound is below it.</summary>
    public void Compact(ScanWorkspace workspace)
    {
        if (Count < _k)
            return;
        Span<ulong> floor = _floor.AsSpan(0, Count), scratch = workspace.Keys(Count);
        floor.CopyTo(scratch);
        TopK.Select(scratch, _k);
        Bar = MathF.Max(Bar, RankKey.Score(scratch[_k - 1])); // a guessed bar may be above what is known yet, and rows were dropped by it
        int kept = 0;
        for (int i = 0; i < floor.Length; i++)
        {
            floor[kept] = floor[i];
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
            keys[i] = RankKey.Of(_upper[i], RankKey.Row(_floor[i]));
        TopK.SortDescending(keys);
        return keys;
    }

    /// <summary>The best floor of the block of rows that comes n-th when blocks are ranked by their best floors; −∞ where fewer are held.</summary>
    /// <param name="nth">1 or more</param>
    /// <param name="blockRows">rows of a block</param>
    /// <param name="workspace">scratch memory</param>
    public float NthBlockFloor(int nth, int blockRows, ScanWorkspace workspace)
    {
        Span<ulong> keys = workspace.Keys(Count), blocks = workspace.Best(nth);
        _floor.AsSpan(0, Count).CopyTo(keys);
        TopK.SortDescending(keys);
        int found = 0;
        foreach (ulong key in keys)
        {
            ulong block = (ulong)(RankKey.Row(key) / blockRows);
            if (blocks[..found].Contains(block))
                continue;
            blocks[found++] = block;
            if (found == nth)
                return RankKey.Score(key);
        }
        return float.NegativeInfinity;
    }

    /// <summary>A buffer that was larger once is not filled further than this search needs: a later selection means a lower bar.</summary>
    private void Grow(int capacity)
    {
        _capacity = Math.Max(_capacity, capacity);
        if (_capacity <= _floor.Length)
            return;
        Array.Resize(ref _floor, _capacity);
        Array.Resize(ref _upper, _capacity);
    }
}
