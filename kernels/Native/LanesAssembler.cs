using Iced.Intel;
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
        LoadBlock(0);
        var hits = new List<Action>();
        for (int first = 0; first < Block; first += AppendedRows)
        {
            Products(first);
            for (int half = 0; half < Shape.Halves; half++)
                hits.Add(CompareRows(first, half));
        }
        A.add(rsi, Block * Shape.RowBytes);
        A.add(rcx, BlockBytes);
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

    /// <summary>Compares the largest sum of each lane with its threshold.</summary>
    /// <returns>emits what happens on a hit, out of the way of the loop</returns>
    private Action CompareRows(int first, int half)
    {
        Label hit = A.CreateLabel(), done = A.CreateLabel();
        Largest(zmm25, Sum(0, half), Sum(1, half));
        for (int row = 2; row < AppendedRows; row++)
            Largest(zmm25, zmm25, Sum(row, half));
        Compare(half);
        A.kortestw(k1, k1);
        A.jnz(hit);
        A.Label(ref done);
        return () =>
        {
            A.Label(ref hit);
            for (int row = 0; row < AppendedRows; row++)
                A.vmovdqu32(__zmmword_ptr[r14 + 64 * row], Sum(row, half));
            A.mov(rax, r14);
            AppendRows(first, half);
            A.jmp(done);
        };
    }

    private void Largest(AssemblerRegisterZMM to, AssemblerRegisterZMM a, AssemblerRegisterZMM b)
    {
        if (Shape.Codes)
            A.vpmaxsd(to, a, b);
        else
            A.vmaxps(to, a, b);
    }
}
