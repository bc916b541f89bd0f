using Iced.Intel;
using Rubato.Kernels.Similarity;
using static Iced.Intel.AssemblerRegisters;

namespace Rubato.Kernels.Native;

/// <summary>
/// 16 or 32 queries on the matrix unit: two tiles of 16 rows by one or two tiles of 16 queries. While the unit multiplies one step of 32
/// rows, the vector unit compares the sums of the step before.
/// </summary>
internal sealed class TilesAssembler(PanelShape shape) : PanelAssembler(shape)
{
    private const int Step = 2 * Block, TileBytes = 1024;

    private static readonly AssemblerRegisterTMM[] Sums = [tmm0, tmm1, tmm2, tmm3], Rows = [tmm4, tmm5], Queries = [tmm6, tmm7];

    private Label _configuration;

    protected override int LaneIdStep => 1;

    private int Tile(int block, int half) => block * Shape.Halves + half;

    protected override void Body()
    {
        Label again = A.CreateLabel(), compare = A.CreateLabel(), store = A.CreateLabel(), drain = A.CreateLabel();
        _configuration = A.CreateLabel();
        A.ldtilecfg(__[_configuration]);
        A.mov(r15d, Shape.RowBytes);
        A.mov(r10d, 64);
        Products();
        A.jmp(store); // there is no step before the first

        A.Label(ref again);
        A.cmp(r12, r13);
        A.jae(compare);
        Products();
        A.Label(ref compare);
        var hits = new List<Action>();
        for (int block = 0; block < 2; block++)
        {
            A.vbroadcastss(zmm23, __dword_ptr[rcx + 8 * block]);
            A.vbroadcastss(zmm24, __dword_ptr[rcx + (8 * block + 4)]);
            for (int half = 0; half < Shape.Halves; half++)
                hits.Add(Compare(block, half));
        }
        A.add(rdx, Step * 4);
        A.add(rcx, 16);
        A.cmp(rbx, PanelArguments.HitLimit);
        A.ja(drain); // the products under way are computed again
        A.cmp(r12, r13);
        A.jae(drain);
        A.Label(ref store);
        for (int tile = 0; tile < 2 * Shape.Halves; tile++)
            A.tilestored(__[r14 + r10 + tile * TileBytes], Sums[tile]);
        A.add(rsi, Step * Shape.RowBytes);
        A.add(r12, Step);
        A.jmp(again);

        A.Label(ref drain);
        A.tilerelease();
        A.jmp(Exit);
        foreach (Action hit in hits)
            hit();
    }

    protected override void Data()
    {
        A.Label(ref _configuration); // palette 1; all eight tiles 16 rows of 64 bytes
        A.db([1, .. new byte[15]]);
        for (int tile = 0; tile < 16; tile++)
            A.dw(tile < 8 ? (short)64 : (short)0);
        for (int tile = 0; tile < 16; tile++)
            A.db(tile < 8 ? (byte)16 : (byte)0);
    }

    /// <summary>Sums = 32 rows × the queries; each sum starts at the query's first sum, one line read with stride 0.</summary>
    private void Products()
    {
        Prefetch(Step);
        for (int block = 0; block < 2; block++)
            for (int half = 0; half < Shape.Halves; half++)
                A.tileloadd(Sums[Tile(block, half)], __[r9 + (half * HalfBytes + FirstSums)]);
        for (int offset = 0; offset < Shape.RowBytes; offset += 64)
        {
            for (int half = 0; half < Shape.Halves; half++)
                A.tileloadd(Queries[half], __[r8 + r10 + (half * 16 * Shape.QueryBytes + 16 * offset)]);
            for (int block = 0; block < 2; block++)
            {
                A.tileloadd(Rows[block], __[rsi + r15 + (block * Block * Shape.RowBytes + offset)]);
                for (int half = 0; half < Shape.Halves; half++)
                    A.tdpbusd(Sums[Tile(block, half)], Rows[block], Queries[half]);
            }
        }
    }

    /// <summary>Compares the largest score of each lane with its threshold, for the step before r12.</summary>
    /// <returns>emits what happens on a hit, out of the way of the loop</returns>
    private Action Compare(int block, int half)
    {
        Label hit = A.CreateLabel(), done = A.CreateLabel();
        int tile = Tile(block, half) * TileBytes;
        Threshold(half);
        for (int row = 0; row < Block; row++)
        {
            AssemblerRegisterZMM largest = row % 2 == 0 ? zmm25 : zmm26, score = row < 2 ? largest : zmm0;
            A.vcvtdq2ps(score, __zmmword_ptr[r14 + (tile + 64 * row)]);
            A.vmulps(score, score, __dword_bcst[rdx + 4 * (block * Block + row)]);
            if (row >= 2)
                A.vmaxps(largest, largest, score);
        }
        A.vmaxps(zmm25, zmm25, zmm26);
        A.vcmpps(k1, zmm25, zmm31, GreaterOrEqual);
        A.kortestw(k1, k1);
        A.jnz(hit);
        A.Label(ref done);
        return () =>
        {
            A.Label(ref hit);
            A.lea(rax, __[r14 + tile]);
            A.lea(r10, __[rdx + 4 * block * Block]);
            A.lea(ebp, __[r12 + (block * Block - Step)]);
            A.shl(ebp, PanelArguments.LaneBits);
            A.add(ebp, 16 * half);
            AppendRows();
            A.mov(r10d, 64);
            A.jmp(done);
        };
    }
}
