using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rubato.Kernels.Similarity;

/// <summary>The portable variant: eight double accumulators in vector registers, four rows at a time, rows prefetched ahead.</summary>
public sealed class ScoreVector : IScoreKernel
{
    /// <summary>Rows asked for ahead of their use: about the latency of memory at a few tens of nanoseconds a row.</summary>
    private const int PrefetchRows = 16;

    /// <summary>Lines prefetched per row (512 bytes); the hardware follows a longer row by itself.</summary>
    private const int PrefetchLinesMax = 8;

    /// <inheritdoc/>
    public string Name => "vector";

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<float> query, in ItemMatrix items, ReadOnlySpan<int> rows, Span<float> scores)
    {
        Guard.Score(query, items, rows.Length, scores.Length);
        foreach (int row in rows)
            Guard.Row(row, items.Rows);
        ScoreChecked(query, items, rows, scores);
    }

    /// <summary>The same without checks, for scans, whose rows come from the matrix itself.</summary>
    internal static void ScoreChecked(ReadOnlySpan<float> query, in ItemMatrix items, ReadOnlySpan<int> rows, Span<float> scores)
    {
        if (Vector256.IsHardwareAccelerated) // 512 bits were not faster: 100 rows of 64 wait for memory
            Score<EightSums256>(query, items, rows, scores);
        else
            Score<EightSums128>(query, items, rows, scores);
    }

    /// <summary>The same at a given width, so that tests reach each of them.</summary>
    internal static void Score<TSums>(ReadOnlySpan<float> query, in ItemMatrix items, ReadOnlySpan<int> rows, Span<float> scores)
        where TSums : struct, IEightSums<TSums>
    {
        Span<double> wide = stackalloc double[query.Length]; // widened once; at most 32 KB
        for (int c = 0; c < query.Length; c++)
            wide[c] = query[c];
        ref double q = ref MemoryMarshal.GetReference(wide);
        ref float values = ref MemoryMarshal.GetReference(items.Values);
        nint dimension = query.Length, whole = dimension & ~7;
        for (int i = 0; i < Math.Min(PrefetchRows, rows.Length); i++)
            Prefetch(ref Unsafe.Add(ref values, rows[i] * dimension), dimension);

        int last = rows.Length - 1;
        for (int i = 0; i < rows.Length; i += 4)
        {
            for (int ahead = i + PrefetchRows; ahead < Math.Min(i + PrefetchRows + 4, rows.Length); ahead++)
                Prefetch(ref Unsafe.Add(ref values, rows[ahead] * dimension), dimension);
            // SAFETY: every row number is below items.Rows, so row · dimension + c < values.Length for c < dimension; the loop reads
            // eight values from c on with c + 8 <= whole <= dimension. A short last group repeats its last row.
            ref float row0 = ref Unsafe.Add(ref values, rows[i] * dimension);
            ref float row1 = ref Unsafe.Add(ref values, rows[Math.Min(i + 1, last)] * dimension);
            ref float row2 = ref Unsafe.Add(ref values, rows[Math.Min(i + 2, last)] * dimension);
            ref float row3 = ref Unsafe.Add(ref values, rows[Math.Min(i + 3, last)] * dimension);
            TSums sums0 = default, sums1 = default, sums2 = default, sums3 = default;
            for (nint c = 0; c < whole; c += 8)
            {
                ref double qc = ref Unsafe.Add(ref q, c);
                sums0 = TSums.MultiplyAdd(sums0, ref qc, ref Unsafe.Add(ref row0, c));
                sums1 = TSums.MultiplyAdd(sums1, ref qc, ref Unsafe.Add(ref row1, c));
                sums2 = TSums.MultiplyAdd(sums2, ref qc, ref Unsafe.Add(ref row2, c));
                sums3 = TSums.MultiplyAdd(sums3, ref qc, ref Unsafe.Add(ref row3, c));
            }
            scores[i] = Finish(sums0, wide, ref row0);
            if (i + 1 <= last) scores[i + 1] = Finish(sums1, wide, ref row1);
            if (i + 2 <= last) scores[i + 2] = Finish(sums2, wide, ref row2);
            if (i + 3 <= last) scores[i + 3] = Finish(sums3, wide, ref row3);
        }
    }

    private static float Finish<TSums>(TSums sums, ReadOnlySpan<double> query, ref float row) where TSums : struct, IEightSums<TSums> =>
        (query.Length & 7) == 0 ? ScoreScalar.Round(TSums.Reduce(sums)) : FinishTail(sums, query, ref row);

    private static float FinishTail<TSums>(TSums sums, ReadOnlySpan<double> query, ref float row) where TSums : struct, IEightSums<TSums>
    {
        Span<double> eight = stackalloc double[8];
        TSums.Store(sums, ref MemoryMarshal.GetReference(eight));
        for (int c = query.Length & ~7; c < query.Length; c++)
            eight[c & 7] += query[c] * Unsafe.Add(ref row, c); // SAFETY: c < query.Length, the dimension of the row
        return ScoreScalar.Round(((eight[0] + eight[4]) + (eight[2] + eight[6])) + ((eight[1] + eight[5]) + (eight[3] + eight[7])));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Prefetch(ref float row, nint dimension)
    {
        if (!Sse.IsSupported)
            return;
        byte* line = (byte*)Unsafe.AsPointer(ref row); // SAFETY: a prefetch of any address is harmless, even of one that has moved
        nint lines = Math.Min((dimension * sizeof(float) + 63) / 64, PrefetchLinesMax);
        for (nint i = 0; i < lines; i++)
            Sse.Prefetch1(line + 64 * i);
    }
}
