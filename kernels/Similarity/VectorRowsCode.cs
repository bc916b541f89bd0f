using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rubato.Kernels.Similarity;

/// <summary>Portable panel code over int8 codes, query by query: four rows at a time, summed horizontally.</summary>
internal sealed unsafe class VectorRowsCode<TDot, TSums> : PanelCode
    where TDot : struct, ICodeDot<TSums> where TSums : struct
{
    public override bool Interleaved => false;

    public override void Run(PanelArguments* arguments)
    {
        ref PanelArguments panel = ref *arguments;
        while (panel.Row < panel.RowEnd && panel.HitCount <= PanelArguments.HitLimit)
        {
            for (int lane = 0; lane < panel.LaneCount; lane++)
                Block(ref panel, lane);
            panel.Row += QuantisedRows.BlockRows;
        }
    }

    /// <summary>Scores a block of rows for one query.</summary>
    private static void Block(ref PanelArguments panel, int lane)
    {
        // SAFETY: a panel holds RowEnd rows of RowBytes, a multiple of the vector, and a block per 16 rows; a query per
        // lane of RowBytes; 128 lane bounds; and hits up to HitLimit + 32 lanes · 32 rows.
        float* half = panel.LaneBounds + lane / 16 * 64 + lane % 16;
        QuantisedBlock block = panel.Blocks[panel.Row / QuantisedRows.BlockRows];
        Vector128<float> bar = Vector128.Create(half[0] - half[16] * block.ErrorMax - half[32] * block.NormMax);
        Vector128<int> first = Vector128.Create(((int*)half)[48]);
        nint rowBytes = panel.RowBytes;
        ref sbyte query = ref Unsafe.AsRef<sbyte>(panel.Queries + lane * rowBytes);
        for (long row = panel.Row; row < panel.Row + QuantisedRows.BlockRows; row += 4)
        {
            ref byte row0 = ref Unsafe.AsRef<byte>(panel.Rows + row * rowBytes);
            ref byte row1 = ref Unsafe.Add(ref row0, rowBytes);
            ref byte row2 = ref Unsafe.Add(ref row1, rowBytes);
            ref byte row3 = ref Unsafe.Add(ref row2, rowBytes);
            TSums sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (nint c = 0; c < rowBytes; c += TDot.Count)
            {
                sum0 = TDot.MultiplyAdd(sum0, ref row0, ref query, c);
                sum1 = TDot.MultiplyAdd(sum1, ref row1, ref query, c);
                sum2 = TDot.MultiplyAdd(sum2, ref row2, ref query, c);
                sum3 = TDot.MultiplyAdd(sum3, ref row3, ref query, c);
            }
            Vector128<int> dots = TDot.Sum4(sum0, sum1, sum2, sum3) + first;
            Vector128<float> scores = Vector128.ConvertToSingle(dots) * block.Scale;
            uint passed = Vector128.GreaterThanOrEqual(scores, bar).ExtractMostSignificantBits();
            for (; passed != 0; passed &= passed - 1)
            {
                int i = int.TrailingZeroCount((int)passed);
                panel.HitIds[panel.HitCount] = (int)(row + i) << PanelArguments.LaneBits | lane;
                panel.HitValues[panel.HitCount++] = dots[i];
            }
        }
    }
}
