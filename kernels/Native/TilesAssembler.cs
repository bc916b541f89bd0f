using Iced.Intel;
using Rubato.Kernels.Similarity;
using static Iced.Intel.AssemblerRegisters;

namespace Rubato.Kernels.Native;

/// <summary>
/// 16 or 32 queries on the matrix unit, two tiles of sums a turn: one block of rows × 32 queries, or two blocks × 16. Turns overlap three
/// deep, so that nothing waits: while the unit fills one pair of tiles, the pair of the turn before is stored, and the sums stored in the
/// turn before that are compared.
/// </summary>
internal sealed class TilesAssembler(PanelShape shape) : PanelAssembler(shape)
{
    private const int TileBytes = 1024;

    /// <summary>The first query tiles stay in registers of their own, tmm5 and tmm6; the others pass through tmm7.</summary>
    private const int FixedQueries = 2;

    private static readonly AssemblerRegisterTMM[] Sums = [tmm0, tmm1, tmm2, tmm3];

    private Label _configuration;

    private int TurnBlocks => Shape.Halves == 2 ? 1 : 2;

    private int TurnRows => TurnBlocks * Block;

    protected override void Body()
    {
        Label again = A.CreateLabel(), drain = A.CreateLabel();
        _configuration = A.CreateLabel();
        A.ldtilecfg(__[_configuration]);
        A.mov(r15d, Shape.RowBytes);
        A.mov(r10d, 64);
        for (int tile = 0; tile < Math.Min(FixedQueries, QueryTiles); tile++)
            LoadQueries(tile);
        Turn(pair: 0, ahead: 0);
        Turn(pair: 1, ahead: 1);
        A.Label(ref again);
        var hits = new List<Action>();
        for (int pair = 0; pair < 2; pair++)
        {
            hits.AddRange(Turn(pair, ahead: 2));
            A.add(r12, TurnRows);
            A.add(rcx, TurnBlocks * BlockBytes);
            if (pair == 1)
            {
                A.cmp(rbx, PanelArguments.HitLimit);
                A.ja(drain); // the products under way are computed again
            }
            if (pair == 1 || Shape.Halves == 1)
            {
                A.cmp(r12, r13);
                A.jae(drain);
            }
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
        A.Label(ref _configuration);
        TileConfiguration.Emit(A);
    }

    private int QueryTiles => Shape.RowBytes / 64 * Shape.Halves;

    /// <summary>The register of a query tile, tile = offset ÷ 64 · halves + half.</summary>
    private static AssemblerRegisterTMM Queries(int tile) => tile switch { 0 => tmm5, 1 => tmm6, _ => tmm7 };

    private void LoadQueries(int tile)
    {
        int half = tile % Shape.Halves, offset = tile / Shape.Halves * 64;
        A.tileloadd(Queries(tile), __[r8 + r10 + (half * 16 * Shape.QueryBytes + 16 * offset)]);
    }

    /// <summary>Products into a pair of tiles; the other pair, of the turn before, is stored; the sums of two turns before are compared.</summary>
    /// <param name="pair">0 or 1, by turns</param>
    /// <param name="ahead">turns from the block that r12 and rcx point to, the compared one; below 2 there is nothing to compare yet</param>
    /// <returns>emits what happens on hits, out of the way of the loop</returns>
    private IEnumerable<Action> Turn(int pair, int ahead)
    {
        // Past the end any readable rows do: nobody looks at their sums.
        A.lea(rax, __[r12 + ahead * TurnRows]);
        A.cmp(rax, r13);
        A.cmovae(rsi, __qword_ptr[rdi + PanelArguments.RowsAt]);
        Prefetch(TurnRows);
        var hits = new List<Action>();
        A.tilezero(Sums[2 * pair]);
        A.tilezero(Sums[2 * pair + 1]);
        int products = 2 * Shape.RowBytes / 64;
        for (int product = 0; product < products; product++)
        {
            Product(pair, product);
            if (product == (products == 2 ? 0 : 1))
                StoreAndCompare(pair, 0, ahead, hits);
        }
        StoreAndCompare(pair, 1, ahead, hits);
        A.add(rsi, TurnRows * Shape.RowBytes);
        return hits;
    }

    /// <summary>One product of a turn, with the loads that it is the first to need.</summary>
    private void Product(int pair, int product)
    {
        int offset = product / 2 * 64, sums = product % 2;
        int block = Shape.Halves == 2 ? 0 : sums, tile = Shape.Halves == 2 ? product : product / 2;
        if (Shape.Halves == 1 || sums == 0)
            A.tileloadd(tmm4, __[rsi + r15 + (block * Block * Shape.RowBytes + offset)]);
        if (tile >= FixedQueries && (Shape.Halves == 2 || sums == 0))
            LoadQueries(tile);
        A.tdpbusd(Sums[2 * pair + sums], tmm4, Queries(tile));
    }

    private void StoreAndCompare(int pair, int sums, int ahead, List<Action> hits)
    {
        int other = 2 * (pair ^ 1) + sums;
        if (ahead > 0)
            A.tilestored(__[r14 + r10 + other * TileBytes], Sums[other]);
        if (ahead > 1)
            hits.Add(CompareTile(tile: 2 * pair + sums, block: Shape.Halves == 2 ? 0 : sums, half: Shape.Halves == 2 ? sums : 0));
    }

    /// <summary>Compares the largest sum of each lane with its threshold.</summary>
    /// <param name="tile">where the sums are stored</param>
    /// <param name="block">blocks from that of r12 and rcx</param>
    /// <param name="half">the lanes</param>
    /// <returns>emits what happens on a hit, out of the way of the loop</returns>
    private Action CompareTile(int tile, int block, int half)
    {
        Label hit = A.CreateLabel(), done = A.CreateLabel();
        int at = tile * TileBytes;
        LoadBlock(block);
        A.vmovdqu32(zmm25, __zmmword_ptr[r14 + at]);
        A.vmovdqu32(zmm26, __zmmword_ptr[r14 + (at + 64)]);
        for (int row = 2; row < Block; row++)
        {
            AssemblerRegisterZMM largest = row % 2 == 0 ? zmm25 : zmm26;
            A.vpmaxsd(largest, largest, __zmmword_ptr[r14 + (at + 64 * row)]);
        }
        A.vpmaxsd(zmm25, zmm25, zmm26);
        Compare(half);
        A.kortestw(k1, k1);
        A.jnz(hit);
        A.Label(ref done);
        return () =>
        {
            A.Label(ref hit);
            A.lea(rax, __[r14 + at]);
            AppendRows(block * Block, half);
            A.jmp(done);
        };
    }
}
