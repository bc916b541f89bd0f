using Rubato.Kernels.Selection;

namespace Rubato;

/// <summary>Picks a slate: the best candidates in order, each track once, no licensor more often than allowed.</summary>
/// <remarks>Taking the best that still fits is optimal here: a maximum per licensor and one on the slate are a laminar matroid.</remarks>
internal sealed class SlateSelector(BatchLimits limits)
{
    private readonly ulong[] _heap = new ulong[Math.Max(limits.CandidatesMax, limits.RetrievalDepthMax)];
    private readonly LicensorCounter _licensors = new(limits.SlotsMax);

    /// <summary>Fills chosen with the indices of the picked candidates, best score first, ties by lower index.</summary>
    /// <param name="scores">[candidates], not NaN; −∞ = may not be given</param>
    /// <param name="rows">[candidates] catalogue rows</param>
    /// <param name="licensors">[catalogue rows] licensor ids, 0 = none, which no maximum binds</param>
    /// <param name="licensorSlotsMax">most slots for one licensor; 0 = no maximum</param>
    /// <param name="chosen">[slots], overwritten up to the number returned</param>
    /// <returns>slots filled; fewer than asked for where the candidates run out</returns>
    public int Select(ReadOnlySpan<float> scores, ReadOnlySpan<int> rows, ReadOnlySpan<uint> licensors, int licensorSlotsMax, Span<int> chosen)
    {
        Span<ulong> heap = Heap(scores);
        _licensors.Clear();
        int filled = 0;
        while (filled < chosen.Length && !heap.IsEmpty)
        {
            int candidate = RankKey.Row(heap[0]);
            heap[0] = heap[^1];
            heap = heap[..^1];
            SiftDown(heap, 0);
            if (IsRepeat(candidate, scores, rows, chosen[..filled])) continue;
            uint licensor = licensors[rows[candidate]];
            if (licensorSlotsMax > 0 && licensor != 0 && !_licensors.TryAdd(licensor, licensorSlotsMax)) continue;
            chosen[filled++] = candidate;
        }
        return filled;
    }

    /// <summary>A heap rather than a sort: only as many candidates are put in order as the slate needs.</summary>
    private Span<ulong> Heap(ReadOnlySpan<float> scores)
    {
        int count = 0;
        for (int i = 0; i < scores.Length; i++)
            if (scores[i] > float.NegativeInfinity) _heap[count++] = RankKey.Of(scores[i], i);
        Span<ulong> heap = _heap.AsSpan(0, count);
        for (int i = (count / 2) - 1; i >= 0; i--) SiftDown(heap, i);
        return heap;
    }

    private static void SiftDown(Span<ulong> heap, int at)
    {
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

    /// <summary>A track that the caller named twice has equal scores, so its first copy is among the equal ones just picked.</summary>
    private static bool IsRepeat(int candidate, ReadOnlySpan<float> scores, ReadOnlySpan<int> rows, ReadOnlySpan<int> chosen)
    {
        for (int i = chosen.Length - 1; i >= 0 && scores[chosen[i]] == scores[candidate]; i--)
            if (rows[chosen[i]] == rows[candidate]) return true;
        return false;
    }
}
