using Iced.Intel;
using Rubato.Kernels.Similarity;
using static Iced.Intel.AssemblerRegisters;

namespace Rubato.Kernels.Native;

/// <summary>
/// 16 or 32 queries: four bytes of a row are broadcast and meet those of the queries, so that sums of 16 queries stand side by side:
/// 16 accumulators hold 16 rows of one half, or 8 rows of two.
/// </summary>
internal sealed class LanesAssembler(PanelShape shape) : PanelAssembler(shape)
{
    private static readonly AssemblerRegisterZMM[] Accumulators =
        [zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15, zmm16, zmm17, zmm18];

    private static readonly AssemblerRegisterZMM[] Queries = [zmm19, zmm20];

    protected override int LaneIdStep => 1;

    protected override int AppendedRows => Block / Shape.Halves;

    private AssemblerRegisterZMM Sum(int row, int half) => Accumulators[row * Shape.Halves + half];

    protected override void Body()
    {
        Label again = A.CreateLabel();
        A.Label(ref again);
        Prefetch(Block);
        if (Shape.Codes)
        {
            A.vbroadcastss(zmm23, __dword_ptr[rcx]);
            A.vbroadcastss(zmm24, __dword_ptr[rcx + 4]);
        }
        var hits = new List<Action>();
        for (int first = 0; first < Block; first += AppendedRows)
        {
            Products(first);
            for (int half = 0; half < Shape.Halves; half++)
                hits.Add(Compare(first, half));
        }
        A.add(rsi, Block * Shape.RowBytes);
        A.add(rdx, Block * 4);
        A.add(rcx, 8);
        A.add(r12, Block);
        Loop(again);
        foreach (Action hit in hits)
            hit();
    }

    /// <summary>All accumulators, for the rows from first on.</summary>
    private void Products(int first)
    {
        for (int row = 0; row < AppendedRows; row++)
            for (int half = 0; half < Shape.Halves; half++)
                if (Shape.Codes)
                    A.vmovdqu32(Sum(row, half), __zmmword_ptr[r9 + (half * HalfBytes + FirstSums)]);
                else
                    A.vpxord(Sum(row, half), Sum(row, half), Sum(row, half));
        int unroll = Shape.RowBytes % 16 == 0 ? 4 : Shape.RowBytes % 8 == 0 ? 2 : 1;
        Label next = A.CreateLabel();
        A.xor(r10d, r10d);
        A.mov(r11, r8);
        A.Label(ref next);
        for (int i = 0; i < unroll; i++)
        {
            for (int half = 0; half < Shape.Halves; half++)
                A.vmovdqu32(Queries[half], __zmmword_ptr[r11 + (half * 16 * Shape.QueryBytes + 64 * i)]);
            for (int row = 0; row < AppendedRows; row++)
            {
                A.vpbroadcastd(zmm21, __dword_ptr[rsi + r10 + ((first + row) * Shape.RowBytes + 4 * i)]);
                for (int half = 0; half < Shape.Halves; half++)
                    if (Shape.Codes)
                        A.vpdpbusd(Sum(row, half), zmm21, Queries[half]); // the unsigned operand comes first
                    else
                        A.vfmadd231ps(Sum(row, half), zmm21, Queries[half]);
            }
        }
        A.add(r11, 64 * unroll);
        A.add(r10, 4 * unroll);
        A.cmp(r10, Shape.RowBytes);
        A.jb(next);
    }

    /// <summary>Compares the largest score of each lane with its threshold.</summary>
    /// <returns>emits what happens on a hit, out of the way of the loop</returns>
    private Action Compare(int first, int half)
    {
        Label hit = A.CreateLabel(), done = A.CreateLabel();
        Threshold(half);
        for (int row = 0; row < AppendedRows; row++)
        {
            AssemblerRegisterZMM largest = row % 2 == 0 ? zmm25 : zmm26, score = row < 2 ? largest : zmm0;
            if (Shape.Codes)
            {
                A.vcvtdq2ps(score, Sum(row, half));
                A.vmulps(score, score, __dword_bcst[rdx + 4 * (first + row)]);
                if (row >= 2)
                    A.vmaxps(largest, largest, score);
            }
            else if (row < 2)
            {
                A.vmovaps(largest, Sum(row, half));
            }
            else
            {
                A.vmaxps(largest, largest, Sum(row, half));
            }
        }
        A.vmaxps(zmm25, zmm25, zmm26);
        A.vcmpps(k1, zmm25, zmm31, GreaterOrEqual);
        A.kortestw(k1, k1);
        A.jnz(hit);
        A.Label(ref done);
        return () =>
        {
            A.Label(ref hit);
            for (int row = 0; row < AppendedRows; row++)
                A.vmovdqu32(__zmmword_ptr[r14 + 64 * row], Sum(row, half));
            A.mov(rax, r14);
            A.lea(r10, __[rdx + 4 * first]);
            A.lea(ebp, __[r12 + first]);
            A.shl(ebp, PanelArguments.LaneBits);
            A.add(ebp, 16 * half);
            AppendRows();
            A.jmp(done);
        };
    }
}
