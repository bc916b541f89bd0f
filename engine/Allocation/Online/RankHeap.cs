using Rubato.Kernels.Selection;

namespace Rubato;

/// <summary>Candidates by score, best first, ties by lower index. A heap rather than a sort: only as many are put in order as are taken.</summary>
internal sealed class RankHeap(int capacity)
{
    private readonly ulong[] _keys = new ulong[capacity];
    private int _count;

    /// <summary>Whether none is left.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>The best candidate.</summary>
    public int Top => RankKey.Row(_keys[0]);

    /// <summary>Starts over without candidates.</summary>
    public void Clear() => _count = 0;

    /// <summary>Adds a candidate to a heap that is put in order by <see cref="Order"/> afterwards.</summary>
    public void Add(float score, int candidate) => _keys[_count++] = RankKey.Of(score, candidate);

    /// <summary>Puts everything added in order.</summary>
    public void Order()
    {
        for (int i = (_count / 2) - 1; i >= 0; i--) SiftDown(i);
    }

    /// <summary>Removes the best candidate.</summary>
    public void Pop()
    {
        _keys[0] = _keys[--_count];
        SiftDown(0);
    }

    /// <summary>Gives the best candidate a lower score.</summary>
    public void Lower(float score)
    {
        _keys[0] = RankKey.Of(score, Top);
        SiftDown(0);
    }

    private void SiftDown(int at)
    {
        Span<ulong> heap = _keys.AsSpan(0, _count);
        if (at >= heap.Length) return;
        ulong moving = heap[at];
        for (int child; (child = (2 * at) + 1) < heap.Length; at = child)
        {
            if (child + 1 < heap.Length && heap[child + 1] > heap[child]) child++;
            if (heap[child] <= moving) break;
            heap[at] = heap[child];
        }
        heap[at] = moving;
    }
}
