using Iced.Intel;
using Rubato.Kernels.Similarity;
using static Iced.Intel.AssemblerRegisters;

namespace Rubato.Kernels.Native;

/// <summary>
/// 16 or 32 queries on the matrix unit, 32 rows × 16 queries at a time, in two pairs of tiles by turns: while the unit fills one pair,
/// the vector unit compares the sums of the other.
/// </summary>
internal sealed class TilesAssembler(PanelShape shape) : PanelAssembler(shape)
{
    private const int Step = 2 * Block, TileBytes = 1024;

    private static readonly AssemblerRegisterTMM[] Sums = [tmm0, tmm1, tmm2, tmm3], Rows = [tmm4, tmm5];

    private Label _configuration;

    protected override int LaneIdStep => 1;

    protected override void Body()
    {
        Label again = A.CreateLabel(), drain = A.CreateLabel();
        _configuration = A.CreateLabel();
        A.ldtilecfg(__[_configuration]);
        A.mov(r15d, Shape.RowBytes);
        A.mov(r10d, 64);
        Products(half: 0, pair: 0);
        A.Label(ref again);
        var hits = new List<Action>();
        for (int pair = 0; pair < 2; pair++) // the halves of a step, or two steps of one half
        {
            bool lastHalf = Shape.Halves == 1 || pair == 1;
            Label none = A.CreateLabel();
            if (lastHalf)
            {
                A.add(rsi, Step * Shape.RowBytes);
                A.add(r12, Step);
                A.cmp(r12, r13);
                A.jae(none);
            }
            Products(half: lastHalf ? 0 : 1, pair ^ 1);
            A.Label(ref none);
            for (int block = 0; block < 2; block++)
                A.tilestored(__[r14 + r10 + (2 * pair + block) * TileBytes], Sums[2 * pair + block]);
            for (int block = 0; block < 2; block++)
                hits.Add(CompareTile(block, Shape.Halves == 1 ? 0 : pair, pair, rowsBack: lastHalf ? Step : 0));
            if (!lastHalf)
                continue;
            A.add(rcx, 2 * BlockBytes);
            A.cmp(rbx, PanelArguments.HitLimit);
            A.ja(drain); // the products under way are computed again
            A.cmp(r12, r13);
            A.jae(drain);
        }
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

    /// <summary>A pair of sums = 32 rows × 16 queries.</summary>
    private void Products(int half, int pair)
    {
        if (half == 0)
            Prefetch(Step);
        for (int block = 0; block < 2; block++)
            A.tilezero(Sums[2 * pair + block]);
        for (int offset = 0; offset < Shape.RowBytes; offset += 64)
        {
            AssemblerRegisterTMM queries = offset / 64 % 2 == 0 ? tmm6 : tmm7;
            A.tileloadd(queries, __[r8 + r10 + (half * 16 * Shape.QueryBytes + 16 * offset)]);
            for (int block = 0; block < 2; block++)
            {
                A.tileloadd(Rows[block], __[rsi + r15 + (block * Block * Shape.RowBytes + offset)]);
                A.tdpbusd(Sums[2 * pair + block], Rows[block], queries);
            }
        }
    }

    /// <summary>Compares the largest sum of each lane with its threshold.</summary>
    /// <param name="block">which 16 of the 32 rows</param>
    /// <param name="half">the lanes</param>
    /// <param name="pair">the pair of sums</param>
    /// <param name="rowsBack">how far r12 has moved on from the rows</param>
    /// <returns>emits what happens on a hit, out of the way of the loop</returns>
    private Action CompareTile(int block, int half, int pair, int rowsBack)
    {
        Label hit = A.CreateLabel(), done = A.CreateLabel();
        int tile = (2 * pair + block) * TileBytes;
        LoadBlock(block);
        A.vmovdqu32(zmm25, __zmmword_ptr[r14 + tile]);
        A.vmovdqu32(zmm26, __zmmword_ptr[r14 + (tile + 64)]);
        for (int row = 2; row < Block; row++)
        {
            AssemblerRegisterZMM largest = row % 2 == 0 ? zmm25 : zmm26;
            A.vpmaxsd(largest, largest, __zmmword_ptr[r14 + (tile + 64 * row)]);
        }
        A.vpmaxsd(zmm25, zmm25, zmm26);
        Compare(half);
        A.kortestw(k1, k1);
        A.jnz(hit);
        A.Label(ref done);
        return () =>
        {
            A.Label(ref hit);
            A.lea(rax, __[r14 + tile]);
            AppendRows(block * Block - rowsBack, half);
            A.jmp(done);
        };
    }
}
