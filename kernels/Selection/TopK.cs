using System.Numerics;

namespace Rubato.Kernels.Selection;

/// <summary>Selection of the k best of a list of <see cref="RankKey"/>s; deterministic, in place.</summary>
internal static class TopK
{
    /// <summary>Below this length, sorting is quicker than another partition.</summary>
    private const int SortLength = 16;

    /// <summary>Moves the k largest keys to the front, the smallest of them to position k − 1.</summary>
    /// <param name="keys">reordered</param>
    /// <param name="k">1 to keys.Length</param>
    public static void Select(Span<ulong> keys, int k)
    {
        int nth = k - 1;
        // Median-of-three quickselect; bad luck (or malice) ends in a sort, so that the worst case stays n log n.
        for (int rounds = 2 * BitOperations.Log2((uint)keys.Length) + 2; keys.Length > SortLength && rounds > 0; rounds--)
        {
            int above = Partition(keys, MedianOfThree(keys));
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
    public static void SortDescending(Span<ulong> keys) => SortDescending(keys, rounds: 2 * BitOperations.Log2((uint)keys.Length | 1) + 2);

    /// <summary>Writes sorted keys as rows and scores, and fills the rest with −1 and −∞.</summary>
    public static void Write(ReadOnlySpan<ulong> keys, Span<int> rows, Span<float> scores)
    {
        for (int i = 0; i < keys.Length; i++)
            (rows[i], scores[i]) = (RankKey.Row(keys[i]), RankKey.Score(keys[i]));
        rows[keys.Length..].Fill(-1);
        scores[keys.Length..].Fill(float.NegativeInfinity);
    }

    /// <summary>Quicksort; Span.Sort compares through a comparer that the compiler ahead of time does not inline.</summary>
    private static void SortDescending(Span<ulong> keys, int rounds)
    {
        for (; keys.Length > SortLength; rounds--)
        {
            if (rounds == 0) // bad luck or malice
            {
                keys.Sort();
                keys.Reverse();
                return;
            }
            int above = Partition(keys, MedianOfThree(keys));
            SortDescending(keys[..above], rounds - 1);
            keys = keys[above..];
        }
        for (int i = 1; i < keys.Length; i++)
        {
            ulong key = keys[i];
            int at = i;
            for (; at > 0 && keys[at - 1] < key; at--)
                keys[at] = keys[at - 1];
            keys[at] = key;
        }
    }

    private static ulong MedianOfThree(ReadOnlySpan<ulong> keys)
    {
        ulong a = keys[0], b = keys[keys.Length / 2], c = keys[^1];
        return Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
    }

    /// <summary>Moves the keys above a pivot to the front; without branches, because every other one would be mispredicted.</summary>
    /// <returns>their number; where none is above the pivot, the pivot itself is moved and counted</returns>
    private static int Partition(Span<ulong> keys, ulong pivot)
    {
        int above = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            ulong key = keys[i];
            keys[i] = keys[above];
            keys[above] = key;
            above += key > pivot ? 1 : 0;
        }
        if (above > 0)
            return above;
        int at = keys.IndexOf(pivot);
        (keys[0], keys[at]) = (keys[at], keys[0]);
        return 1;
    }
}
