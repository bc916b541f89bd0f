using System.Numerics;

namespace Rubato.Kernels.Selection;

/// <summary>Selection of the k best of a list of <see cref="RankKey"/>s; deterministic, in place.</summary>
internal static class TopK
{
    /// <summary>Below this length, sorting is quicker than another partition.</summary>
    private const int SortLength = 24;

    /// <summary>Moves the k largest keys to the front, the smallest of them to position k − 1.</summary>
    /// <param name="keys">reordered</param>
    /// <param name="k">1 to keys.Length</param>
    public static void Select(Span<ulong> keys, int k)
    {
        int nth = k - 1;
        // Median-of-three quickselect; bad luck (or malice) ends in a sort, so that the worst case stays n log n.
        for (int rounds = 2 * BitOperations.Log2((uint)keys.Length) + 2; keys.Length > SortLength && rounds > 0; rounds--)
        {
            int above = Partition(keys);
            if (nth < above)
            {
                keys = keys[..above];
            }
            else
            {
                keys = keys[above..];
                nth -= above;
            }
        }
        SortDescending(keys);
    }

    /// <summary>Sorts keys, best first.</summary>
    public static void SortDescending(Span<ulong> keys)
    {
        keys.Sort();
        keys.Reverse();
    }

    /// <summary>Writes sorted keys as rows and scores, and fills the rest with −1 and −∞.</summary>
    public static void Write(ReadOnlySpan<ulong> keys, Span<int> rows, Span<float> scores)
    {
        for (int i = 0; i < keys.Length; i++)
            (rows[i], scores[i]) = (RankKey.Row(keys[i]), RankKey.Score(keys[i]));
        rows[keys.Length..].Fill(-1);
        scores[keys.Length..].Fill(float.NegativeInfinity);
    }

    /// <summary>Hoare's partition around a median of three: [0, returned) ≥ [returned, length), neither part empty.</summary>
    private static int Partition(Span<ulong> keys)
    {
        ulong a = keys[0], b = keys[keys.Length / 2], c = keys[^1];
        ulong pivot = Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
        int i = -1, j = keys.Length;
        while (true)
        {
            do i++; while (keys[i] > pivot);
            do j--; while (keys[j] < pivot);
            if (i >= j)
                return Math.Max(i, 1); // i is 0 only where the pivot is first and largest
            (keys[i], keys[j]) = (keys[j], keys[i]);
        }
    }
}
