using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rubato.Kernels.Similarity;

/// <summary>
/// Panel code over int8 codes for AVX-VNNI and many queries: four bytes of a row are broadcast and meet those of 16 queries, so that the
/// sums of 16 queries stand side by side and nothing is summed horizontally.
/// </summary>
internal sealed unsafe class VectorLanesCode : PanelCode
{
    public override bool Interleaved => true;

    public override void Run(PanelArguments* arguments)
    {
        ref PanelArguments panel = ref *arguments;
        while (panel.Row < panel.RowEnd && panel.HitCount <= PanelArguments.HitLimit)
        {
            for (int half = 0; half * 16 < panel.LaneCount; half++)
                Block(ref panel, half);
            panel.Row += QuantisedRows.BlockRows;
        }
    }

    /// <summary>Scores a block of rows for 16 queries.</summary>
    private static void Block(ref PanelArguments panel, int half)
    {
        // SAFETY: as in VectorRowsCode; a half of the queries is RowBytes · 16 bytes, 64 for each four bytes of a row
        float* bounds = panel.LaneBounds + half * 64;
        QuantisedBlock block = panel.Blocks[panel.Row / QuantisedRows.BlockRows];
        Vector256<float> barLow = Bar(bounds, block), barHigh = Bar(bounds + 8, block);
        Vector256<int> firstLow = Vector256.Load((int*)bounds + 48), firstHigh = Vector256.Load((int*)bounds + 56);
        nint rowBytes = panel.RowBytes;
        byte* queries = panel.Queries + half * 16 * rowBytes;
        for (long row = panel.Row; row < panel.Row + QuantisedRows.BlockRows; row += 4)
        {
            byte* row0 = panel.Rows + row * rowBytes;
            byte* row1 = row0 + rowBytes, row2 = row1 + rowBytes, row3 = row2 + rowBytes;
            Vector256<int> low0 = firstLow, low1 = firstLow, low2 = firstLow, low3 = firstLow;
            Vector256<int> high0 = firstHigh, high1 = firstHigh, high2 = firstHigh, high3 = firstHigh;
            byte* q = queries;
            for (nint c = 0; c < rowBytes; c += 4, q += 64)
            {
                Vector256<sbyte> low = Vector256.Load((sbyte*)q), high = Vector256.Load((sbyte*)q + 32);
                Vector256<byte> codes = Vector256.Create(*(uint*)(row0 + c)).AsByte();
                low0 = AvxVnni.MultiplyWideningAndAdd(low0, codes, low);
                high0 = AvxVnni.MultiplyWideningAndAdd(high0, codes, high);
                codes = Vector256.Create(*(uint*)(row1 + c)).AsByte();
                low1 = AvxVnni.MultiplyWideningAndAdd(low1, codes, low);
                high1 = AvxVnni.MultiplyWideningAndAdd(high1, codes, high);
                codes = Vector256.Create(*(uint*)(row2 + c)).AsByte();
                low2 = AvxVnni.MultiplyWideningAndAdd(low2, codes, low);
                high2 = AvxVnni.MultiplyWideningAndAdd(high2, codes, high);
                codes = Vector256.Create(*(uint*)(row3 + c)).AsByte();
                low3 = AvxVnni.MultiplyWideningAndAdd(low3, codes, low);
                high3 = AvxVnni.MultiplyWideningAndAdd(high3, codes, high);
            }
            Vector256<int> lowMax = Vector256.Max(Vector256.Max(low0, low1), Vector256.Max(low2, low3));
            Vector256<int> highMax = Vector256.Max(Vector256.Max(high0, high1), Vector256.Max(high2, high3));
            if (!Vector256.GreaterThanOrEqualAny(Vector256.ConvertToSingle(lowMax) * block.Scale, barLow)
                && !Vector256.GreaterThanOrEqualAny(Vector256.ConvertToSingle(highMax) * block.Scale, barHigh))
                continue;
            int* sums = (int*)panel.Scratch; // by way of memory: accumulators that live across a call are spilled in the loop above
            low0.Store(sums);
            high0.Store(sums + 8);
            low1.Store(sums + 16);
            high1.Store(sums + 24);
            low2.Store(sums + 32);
            high2.Store(sums + 40);
            low3.Store(sums + 48);
            high3.Store(sums + 56);
            for (int i = 0; i < 8; i++)
                Append(ref panel, row + i / 2, half * 16 + i % 2 * 8, sums + 8 * i, i % 2 == 0 ? barLow : barHigh, block.Scale);
        }
    }

    private static Vector256<float> Bar(float* bounds, in QuantisedBlock block) =>
        Vector256.Load(bounds) - Vector256.Load(bounds + 16) * block.ErrorMax - Vector256.Load(bounds + 32) * block.NormMax;

    /// <summary>Appends those of eight sums that reach the bar.</summary>
    private static void Append(ref PanelArguments panel, long row, int lane, int* sums, Vector256<float> bar, float scale)
    {
        uint passed = Vector256.GreaterThanOrEqual(Vector256.ConvertToSingle(Vector256.Load(sums)) * scale, bar).ExtractMostSignificantBits();
        for (; passed != 0; passed &= passed - 1)
        {
            int i = int.TrailingZeroCount((int)passed);
            panel.HitIds[panel.HitCount] = (int)row << PanelArguments.LaneBits | (lane + i);
            panel.HitValues[panel.HitCount++] = sums[i];
        }
    }
}
