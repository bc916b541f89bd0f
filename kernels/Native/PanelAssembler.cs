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

    /// <summary>How far ahead of their use rows are prefetched: 160 ns at 25 GB/s.</summary>
    private const int PrefetchBytes = 4096;

    private Label _exit, _laneIds, _appendRows;
    private bool _rowsAppended;

    protected Assembler A { get; } = new(64);

    protected PanelShape Shape { get; } = shape;

    protected Label Exit => _exit;

    /// <summary>Step of the ids of vector lanes: 1 where vector lanes are queries, 32 where they are rows.</summary>
    protected abstract int LaneIdStep { get; }

    /// <summary>Emits the loop over rows; ends by jumping to <see cref="Exit"/>.</summary>
    protected abstract void Body();

    /// <summary>Values per row that <see cref="AppendRows"/> walks.</summary>
    protected virtual int AppendedRows => Block;

    /// <summary>Machine code of the whole.</summary>
    public byte[] Assemble()
    {
        (_exit, _laneIds, _appendRows) = (A.CreateLabel(), A.CreateLabel(), A.CreateLabel());
        Enter();
        Body();
        Leave();
        if (_rowsAppended)
            AppendRowsRoutine();
        A.Label(ref _laneIds);
        for (int lane = 0; lane < 16; lane++)
            A.dd(lane * LaneIdStep);
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
        A.imul(rcx, rax, BlockBytes);
        A.add(rcx, __[rdi + PanelArguments.BlocksAt]);
        A.vmovdqu32(zmm30, __zmmword_ptr[_laneIds]);
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

    /// <summary>Asks for the rows that come <see cref="PrefetchBytes"/> later.</summary>
    protected void Prefetch(int rows)
    {
        if (!Shape.Streaming)
            return;
        for (int line = 0; line < rows * Shape.RowBytes; line += 64)
            A.prefetcht0(__byte_ptr[rsi + (PrefetchBytes + line)]);
    }

    /// <summary>Leaves when the hits want draining, else goes on until the last row.</summary>
    protected void Loop(Label again)
    {
        A.cmp(rbx, PanelArguments.HitLimit);
        A.ja(_exit);
        A.cmp(r12, r13);
        A.jb(again);
        A.jmp(_exit);
    }

    /// <summary>Appends what passes zmm31 of the rows of sums at rax.</summary>
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

    /// <summary>Appends the lanes k1 (as a number in r15d, not zero) of zmm0 with ids ebp + lane id; changes r15, r11, zmm0, zmm1.</summary>
    protected void AppendLanes()
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
    /// rax: rows of 16 sums; ebp: id of the first row's lane 0; zmm22: scale, zmm29: first sums, zmm31: thresholds.
    /// Changes rax, r11, rbp, zmm0, zmm1.
    /// </summary>
    private void AppendRowsRoutine()
    {
        Label next = A.CreateLabel(), skip = A.CreateLabel();
        A.Label(ref _appendRows);
        A.push(r15);
        A.push(r12);
        A.mov(r12d, AppendedRows);
        A.Label(ref next);
        A.vmovdqu32(zmm0, __zmmword_ptr[rax]);
        if (Shape.Codes)
        {
            A.vpaddd(zmm0, zmm0, zmm29);
            A.vcvtdq2ps(zmm1, zmm0);
            A.vmulps(zmm1, zmm1, zmm22);
            A.vcmpps(k1, zmm1, zmm31, GreaterOrEqual);
        }
        else
        {
            A.vcmpps(k1, zmm0, zmm31, GreaterOrEqual);
        }
        A.kmovw(r15d, k1);
        A.test(r15d, r15d);
        A.jz(skip);
        AppendLanes();
        A.Label(ref skip);
        A.add(rax, 64);
        A.add(ebp, 1 << PanelArguments.LaneBits);
        A.dec(r12d);
        A.jnz(next);
        A.pop(r12);
        A.pop(r15);
        A.ret();
    }
}
