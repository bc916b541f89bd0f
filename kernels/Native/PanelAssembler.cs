using Iced.Intel;
using Rubato.Kernels.Similarity;
using static Iced.Intel.AssemblerRegisters;

namespace Rubato.Kernels.Native;

/// <summary>What all panel code shares: entry, exit, and writing hits. README.md lists the registers.</summary>
internal abstract class PanelAssembler(PanelShape shape)
{
    /// <summary>Rows that share a bound, and the step of vector code.</summary>
    protected const int Block = QuantisedRows.BlockRows;

    /// <summary>Bytes of a <see cref="QuantisedBlock"/>, and where its error and norm are; its scale comes first.</summary>
    protected const int BlockBytes = 12, BlockError = 4, BlockNorm = 8;

    /// <summary>Bytes of a half of the lane bounds, and of each of its parts: bars, error factors, norm factors, first sums.</summary>
    protected const int HalfBytes = 256, ErrorFactors = 64, NormFactors = 128, FirstSums = 192;

    /// <summary>Predicate of vcmpps: greater or equal, false for NaN.</summary>
    protected const sbyte GreaterOrEqual = 13;

    /// <summary>Parts of a code's share of the next panel that are read in turns: several streams get more from memory than one.</summary>
    private const int Streams = 4;

    private Label _exit, _rowIds, _appendRows;
    private bool _rowsAppended;

    protected Assembler A { get; } = new(64);

    protected PanelShape Shape { get; } = shape;

    protected Label Exit => _exit;

    /// <summary>Emits the loop over rows; ends by jumping to <see cref="Exit"/>.</summary>
    protected abstract void Body();

    /// <summary>Rows of a hit's accumulators.</summary>
    protected virtual int AppendedRows => Block;

    /// <summary>Machine code of the whole.</summary>
    public byte[] Assemble()
    {
        (_exit, _rowIds, _appendRows) = (A.CreateLabel(), A.CreateLabel(), A.CreateLabel());
        Enter();
        Body();
        Leave();
        if (_rowsAppended)
            AppendRowsRoutine();
        A.Label(ref _rowIds);
        for (int row = 0; row < Block; row++)
            A.dd(row << PanelArguments.LaneBits);
        Data();
        return MachineCode.Assemble(A);
    }

    /// <summary>Emits constants after the code.</summary>
    protected virtual void Data()
    {
    }

    private void Enter()
    {
        foreach (AssemblerRegister64 register in new[] { rbx, rbp, r12, r13, r14, r15 })
            A.push(register);
        A.mov(r12, __[rdi + PanelArguments.RowAt]);
        A.mov(r13, __[rdi + PanelArguments.RowEndAt]);
        A.mov(rbx, __[rdi + PanelArguments.HitCountAt]);
        A.mov(r14, __[rdi + PanelArguments.ScratchAt]);
        A.mov(r8, __[rdi + PanelArguments.QueriesAt]);
        A.mov(r9, __[rdi + PanelArguments.LaneBoundsAt]);
        A.imul(rsi, r12, Shape.RowBytes);
        A.add(rsi, __[rdi + PanelArguments.RowsAt]);
        A.mov(rax, r12);
        A.shr(rax, 4);
        if (Shape.AheadShare > 0)
        {
            A.imul(rdx, rax, AheadBytes(Block));
            A.add(rdx, __[rdi + PanelArguments.AheadAt]);
        }
        A.imul(rcx, rax, BlockBytes);
        A.add(rcx, __[rdi + PanelArguments.BlocksAt]);
        A.vmovdqu32(zmm30, __zmmword_ptr[_rowIds]);
    }

    private void Leave()
    {
        A.Label(ref _exit);
        A.mov(__[rdi + PanelArguments.RowAt], r12);
        A.mov(__[rdi + PanelArguments.HitCountAt], rbx);
        A.vzeroupper();
        foreach (AssemblerRegister64 register in new[] { r15, r14, r13, r12, rbp, rbx })
            A.pop(register);
        A.ret();
    }

    /// <summary>zmm22, zmm23, zmm24 = the scale, error and norm of a block that lies some blocks after rcx.</summary>
    protected void LoadBlock(int block)
    {
        if (!Shape.Codes)
            return;
        A.vbroadcastss(zmm22, __dword_ptr[rcx + block * BlockBytes]);
        A.vbroadcastss(zmm23, __dword_ptr[rcx + (block * BlockBytes + BlockError)]);
        A.vbroadcastss(zmm24, __dword_ptr[rcx + (block * BlockBytes + BlockNorm)]);
    }

    /// <summary>k1 = lanes of a half whose largest sum, in zmm25, reaches the bar less the bound of the loaded block, left in zmm31.</summary>
    protected void Compare(int half)
    {
        A.vmovups(zmm31, __zmmword_ptr[r9 + half * HalfBytes]);
        if (Shape.Codes)
        {
            A.vfnmadd231ps(zmm31, zmm23, __zmmword_ptr[r9 + (half * HalfBytes + ErrorFactors)]);
            A.vfnmadd231ps(zmm31, zmm24, __zmmword_ptr[r9 + (half * HalfBytes + NormFactors)]);
            A.vpaddd(zmm25, zmm25, __zmmword_ptr[r9 + (half * HalfBytes + FirstSums)]);
            A.vcvtdq2ps(zmm25, zmm25);
            A.vmulps(zmm25, zmm25, zmm22);
        }
        A.vcmpps(k1, zmm25, zmm31, GreaterOrEqual);
    }

    /// <summary>Asks for a part of the next panel while rows of this one are scored.</summary>
    protected void Prefetch(int rows)
    {
        if (Shape.AheadShare == 0)
            return;
        int bytes = AheadBytes(rows);
        for (int line = 0; line < bytes; line += 64)
            for (int stream = 0; stream < Streams; stream++)
                A.prefetcht1(__byte_ptr[rdx + (Shape.AheadBytes / Streams * stream + line)]);
        A.add(rdx, bytes);
    }

    /// <summary>Bytes of each stream that are asked for while some rows are scored.</summary>
    private int AheadBytes(int rows) => rows * Shape.RowBytes / (Streams * Shape.AheadShare);

    /// <summary>Leaves when the hits want draining, else goes on until the last row.</summary>
    protected void Loop(Label again)
    {
        A.cmp(rbx, PanelArguments.HitLimit);
        A.ja(_exit);
        A.cmp(r12, r13);
        A.jb(again);
        A.jmp(_exit);
    }

    /// <summary>Appends what passes zmm31 of the rows of sums at rax, in the lanes k1.</summary>
    /// <param name="row">the first of the rows, relative to r12</param>
    /// <param name="half">the lanes</param>
    protected void AppendRows(int row, int half)
    {
        _rowsAppended = true;
        A.lea(ebp, __[r12 + row]);
        A.shl(ebp, PanelArguments.LaneBits);
        A.add(ebp, 16 * half);
        if (Shape.Codes)
            A.vmovdqu32(zmm29, __zmmword_ptr[r9 + (half * HalfBytes + FirstSums)]);
        A.call(_appendRows);
    }

    /// <summary>Appends the rows k1 (as a number in r15d) of zmm0 with ids ebp + row · 32; changes r15, r11, zmm0, zmm1.</summary>
    protected void AppendColumn()
    {
        A.vpbroadcastd(zmm1, ebp);
        A.vpaddd(zmm1, zmm1, zmm30);
        A.vpcompressd(zmm1.k1.z, zmm1);
        A.vpcompressd(zmm0.k1.z, zmm0);
        A.mov(r11, __[rdi + PanelArguments.HitIdsAt]);
        A.vmovdqu32(__zmmword_ptr[r11 + rbx * 4], zmm1);
        A.mov(r11, __[rdi + PanelArguments.HitValuesAt]);
        A.vmovdqu32(__zmmword_ptr[r11 + rbx * 4], zmm0);
        A.popcnt(r15d, r15d);
        A.add(rbx, r15);
    }

    /// <summary>
    /// Lane by lane of k1, gathers the column of sums and appends what passes: most hits have one lane, and a column has no branches.
    /// rax: rows of 16 sums; ebp: id of the first row's lane 0; zmm22: scale, zmm29: first sums, zmm31: thresholds. Changes r11, zmm0, zmm1.
    /// </summary>
    private void AppendRowsRoutine()
    {
        const int Thresholds = PanelArguments.TileScratchBytes, FirstSumCopies = Thresholds + 64;
        Label next = A.CreateLabel();
        A.Label(ref _appendRows);
        A.push(r10);
        A.push(r12);
        A.push(r15);
        A.kmovw(r10d, k1);
        A.vmovups(__zmmword_ptr[r14 + Thresholds], zmm31);
        if (Shape.Codes)
            A.vmovdqu32(__zmmword_ptr[r14 + FirstSumCopies], zmm29);
        A.mov(r15d, (1 << AppendedRows) - 1);
        A.kmovw(k3, r15d);
        A.vpsrld(zmm28, zmm30, 1); // 16 sums per row
        A.Label(ref next);
        A.tzcnt(r12d, r10d);
        A.lea(r11, __[rax + r12 * 4]);
        A.kmovw(k2, k3);
        A.vpgatherdd(zmm0.k2, __[r11 + zmm28 * 4]);
        if (Shape.Codes)
        {
            A.vpaddd(zmm0, zmm0, __dword_bcst[r14 + r12 * 4 + FirstSumCopies]);
            A.vcvtdq2ps(zmm1, zmm0);
            A.vmulps(zmm1, zmm1, zmm22);
            A.vcmpps(k1.k3, zmm1, __dword_bcst[r14 + r12 * 4 + Thresholds], GreaterOrEqual);
        }
        else
        {
            A.vcmpps(k1.k3, zmm0, __dword_bcst[r14 + r12 * 4 + Thresholds], GreaterOrEqual);
        }
        A.kmovw(r15d, k1);
        A.add(ebp, r12d);
        AppendColumn();
        A.sub(ebp, r12d);
        A.blsr(r10d, r10d);
        A.jnz(next);
        A.pop(r15);
        A.pop(r12);
        A.pop(r10);
        A.ret();
    }
}
