using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Rubato.Kernels.Selection;

namespace Rubato.Kernels.Similarity;

/// <summary>
/// The portable variant: fp32 dot products of four rows with two queries at a time, compared with each query's bar in registers;
/// only what passes is written. The survivors are finished by the definition of a score.
/// </summary>
public sealed class ScanVector : IScanKernel
{
    /// <summary>Queries that share one pass over the rows: their packed vectors stay in the first two cache levels.</summary>
    private const int BlockQueries = 64;

    /// <summary>Rows that are scanned in the time in which one is fetched and scored by itself.</summary>
    private const int FetchRows = 8;

    /// <inheritdoc/>
    public string Name => "vector";

    /// <inheritdoc/>
    public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
    {
        if (Vector512.IsHardwareAccelerated && request.Items.Dimension >= FloatWidth512.Count)
            return Scan<FloatWidth512, Vector512<float>>(request, workspace, rows, scores);
        if (Vector256.IsHardwareAccelerated && request.Items.Dimension >= FloatWidth256.Count)
            return Scan<FloatWidth256, Vector256<float>>(request, workspace, rows, scores);
        return Scan<FloatWidth128, Vector128<float>>(request, workspace, rows, scores);
    }

    /// <summary>The same at a given width, so that tests reach each of them.</summary>
    internal static ScanStatistics Scan<TWidth, TVector>(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
        where TWidth : struct, IFloatWidth<TVector> where TVector : struct
    {
        Guard.Scan(request, rows.Length, scores.Length);
        long rescored = 0;
        for (int first = 0; first < request.QueryCount; first += BlockQueries)
            rescored += Block<TWidth, TVector>(request, first, Math.Min(BlockQueries, request.QueryCount - first), workspace, rows, scores);
        return new ScanStatistics((long)request.RowCount * request.QueryCount, rescored);
    }

    private static long Block<TWidth, TVector>(
        in ScanRequest request, int first, int queries, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
        where TWidth : struct, IFloatWidth<TVector> where TVector : struct
    {
        int dimension = request.Items.Dimension, k = request.K, active = 0;
        int packedDimension = (dimension + TWidth.Count - 1) / TWidth.Count * TWidth.Count;
        Span<float> packed = workspace.Packed((queries + 1) * packedDimension);
        ReadOnlySpan<SurvivorBuffer> survivors = workspace.Buffers(queries);
        Span<int> numbers = stackalloc int[BlockQueries];
        Span<float> errors = stackalloc float[BlockQueries];
        long rescored = 0;
        for (int query = first; query < first + queries; query++)
        {
            var bound = new FloatBound(request.Query(query), request.Items.NormMax, Depth<TWidth, TVector>(packedDimension));
            if (!bound.InRange || dimension < TWidth.Count || RowFilter.IsSparse(request.Filter(query), request.FirstRow, request.RowCount, k, FetchRows))
            {
                rescored += ExactScan.Scan(request, query, workspace, rows.Slice(query * k, k), scores.Slice(query * k, k));
                continue;
            }
            Pack(request.Query(query), packed.Slice(active * packedDimension, packedDimension), TWidth.Count);
            survivors[active].Start(k, room: 64, crowdedCount: Math.Max(8 * k, request.RowCount / 4));
            (numbers[active], errors[active]) = (query, bound.Error);
            active++;
        }
        if (active % 2 != 0) // the last query is paired with itself
            packed.Slice((active - 1) * packedDimension, packedDimension).CopyTo(packed.Slice(active * packedDimension, packedDimension));

        int end = request.FirstRow + request.RowCount;
        for (int row = request.FirstRow; row < end && active > 0; row += 64)
            for (int pair = 0; pair < active; pair += 2)
            {
                ulong allowed0 = Prepare(request, numbers[pair], row, end, survivors[pair], workspace);
                bool two = pair + 1 < active;
                ulong allowed1 = two ? Prepare(request, numbers[pair + 1], row, end, survivors[pair + 1], workspace) : 0;
                if ((allowed0 | allowed1) == 0)
                    continue;
                var side0 = new Side(survivors[pair], errors[pair], allowed0);
                var side1 = new Side(survivors[two ? pair + 1 : pair], errors[two ? pair + 1 : pair], allowed1);
                ReadOnlySpan<float> pairPacked = packed.Slice(pair * packedDimension, 2 * packedDimension);
                Panel<TWidth, TVector>(request.Items, row, Math.Min(64, end - row), pairPacked, side0, side1);
            }

        for (int i = 0; i < active; i++)
        {
            Span<int> rowsOut = rows.Slice(numbers[i] * k, k);
            Span<float> scoresOut = scores.Slice(numbers[i] * k, k);
            if (survivors[i].Crowded || !Finisher.TryFinish(survivors[i], request, numbers[i], workspace, rowsOut, scoresOut, ref rescored))
                rescored += ExactScan.Scan(request, numbers[i], workspace, rowsOut, scoresOut);
        }
        return rescored;
    }

    /// <summary>Roundings on the longest path: one per step of a lane, one per level of the horizontal sum, doubled where unfused.</summary>
    private static int Depth<TWidth, TVector>(int packedDimension) where TWidth : struct, IFloatWidth<TVector> where TVector : struct =>
        2 * (packedDimension / TWidth.Count) + int.Log2(TWidth.Count);

    /// <summary>Lays out a query in whole vectors: the last one covers the last values of a row, zero where the one before has been.</summary>
    private static void Pack(ReadOnlySpan<float> query, Span<float> packed, int width)
    {
        int tail = query.Length % width;
        query[..(query.Length - tail)].CopyTo(packed);
        if (tail == 0)
            return;
        packed[^width..].Clear();
        query[^tail..].CopyTo(packed[^tail..]);
    }

    /// <summary>Makes room for a panel's survivors.</summary>
    /// <returns>the allowed rows of the panel; none where the query has been given up</returns>
    private static ulong Prepare(in ScanRequest request, int query, int row, int end, SurvivorBuffer survivors, ScanWorkspace workspace)
    {
        if (!survivors.Crowded)
            survivors.Reserve(room: 64, workspace);
        return survivors.Crowded ? 0 : RowFilter.Word(request.Filter(query), row, end);
    }

    /// <summary>Scores up to 64 rows for two queries.</summary>
    private static void Panel<TWidth, TVector>(in ItemMatrix items, int firstRow, int count, ReadOnlySpan<float> packed, Side side0, Side side1)
        where TWidth : struct, IFloatWidth<TVector> where TVector : struct
    {
        nint dimension = items.Dimension, packedDimension = packed.Length / 2;
        ref float query0 = ref MemoryMarshal.GetReference(packed);
        ref float query1 = ref MemoryMarshal.GetReference(packed[(packed.Length / 2)..]);
        ulong allowed = side0.Allowed | side1.Allowed;
        for (int i = 0; i < count; i += 4)
        {
            if ((allowed >> i & 15) == 0)
                continue;
            // SAFETY: the four rows lie below firstRow + count <= items.Rows (a short last group repeats its last row); a vector at
            // offset o reads o + Count <= dimension values of them, and packed holds packedDimension >= o + Count for each query.
            ref float row0 = ref MemoryMarshal.GetReference(items.Row(firstRow + i));
            ref float row1 = ref MemoryMarshal.GetReference(items.Row(firstRow + Math.Min(i + 1, count - 1)));
            ref float row2 = ref MemoryMarshal.GetReference(items.Row(firstRow + Math.Min(i + 2, count - 1)));
            ref float row3 = ref MemoryMarshal.GetReference(items.Row(firstRow + Math.Min(i + 3, count - 1)));
            TVector sum00 = default, sum01 = default, sum02 = default, sum03 = default;
            TVector sum10 = default, sum11 = default, sum12 = default, sum13 = default;
            for (nint o = 0; o < packedDimension; o += TWidth.Count)
            {
                nint c = Math.Min(o, dimension - TWidth.Count); // the last vector of an uneven row ends with the row
                TVector q0 = TWidth.Load(ref query0, o), q1 = TWidth.Load(ref query1, o);
                TVector x = TWidth.Load(ref row0, c);
                sum00 = TWidth.MultiplyAdd(q0, x, sum00);
                sum10 = TWidth.MultiplyAdd(q1, x, sum10);
                x = TWidth.Load(ref row1, c);
                sum01 = TWidth.MultiplyAdd(q0, x, sum01);
                sum11 = TWidth.MultiplyAdd(q1, x, sum11);
                x = TWidth.Load(ref row2, c);
                sum02 = TWidth.MultiplyAdd(q0, x, sum02);
                sum12 = TWidth.MultiplyAdd(q1, x, sum12);
                x = TWidth.Load(ref row3, c);
                sum03 = TWidth.MultiplyAdd(q0, x, sum03);
                sum13 = TWidth.MultiplyAdd(q1, x, sum13);
            }
            Vector128<float> sums0 = TWidth.Sum4(sum00, sum01, sum02, sum03), sums1 = TWidth.Sum4(sum10, sum11, sum12, sum13);
            side0.Collect(sums0, firstRow, i); // after both sums: an accumulator that lives across a call is spilled in the loop above
            side1.Collect(sums1, firstRow, i);
        }
    }

    /// <summary>One query's part of a panel.</summary>
    private readonly struct Side(SurvivorBuffer survivors, float error, ulong allowed)
    {
        private readonly Vector128<float> _threshold = Vector128.Create(survivors.Bar - error);

        public ulong Allowed { get; } = allowed;

        /// <summary>Keeps those of four sums whose upper bound reaches the bar.</summary>
        public void Collect(Vector128<float> sums, int firstRow, int offset)
        {
            uint passed = Vector128.GreaterThanOrEqual(sums, _threshold).ExtractMostSignificantBits() & (uint)(Allowed >> offset);
            for (; passed != 0; passed &= passed - 1)
            {
                int lane = int.TrailingZeroCount((int)passed);
                survivors.Append(sums[lane] - error, sums[lane] + error, firstRow + offset + lane);
            }
        }
    }
}
