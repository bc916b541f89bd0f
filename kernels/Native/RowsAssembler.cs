using Iced.Intel;
using Rubato.Kernels.Similarity;
using static Iced.Intel.AssemblerRegisters;

namespace Rubato.Kernels.Native;

/// <summary>One query: 16 rows at a time, each with an accumulator of its own, transposed and summed at the end of the rows.</summary>
internal sealed class RowsAssembler(PanelShape shape) : PanelAssembler(shape)
{
    private static readonly AssemblerRegisterZMM[] Sums =
        [zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15, zmm16, zmm17, zmm18];

    protected override int LaneIdStep => 1 << PanelArguments.LaneBits;

    protected override void Body()
    {
        Label again = A.CreateLabel(), hit = A.CreateLabel(), done = A.CreateLabel();
        A.vbroadcastss(zmm26, __dword_ptr[r9]);
        if (Shape.Codes)
        {
            A.vbroadcastss(zmm27, __dword_ptr[r9 + ErrorFactors]);
            A.vbroadcastss(zmm28, __dword_ptr[r9 + NormFactors]);
            A.vpbroadcastd(zmm29, __dword_ptr[r9 + FirstSums]);
        }
        int tailValues = Shape.RowBytes % 64 / 4;
        if (tailValues != 0)
        {
            A.mov(eax, (1 << tailValues) - 1);
            A.kmovw(k2, eax);
        }
        A.Label(ref again);
        Prefetch(Block);
        Products(tailValues);
        Transpose();
        if (Shape.Codes)
        {
            A.vpaddd(zmm0, zmm3, zmm29);
            A.vcvtdq2ps(zmm1, zmm0);
            A.vmulps(zmm1, zmm1, __dword_bcst[rcx]);
            A.vmovaps(zmm31, zmm26);
            A.vfnmadd231ps(zmm31, zmm27, __dword_bcst[rcx + BlockError]);
            A.vfnmadd231ps(zmm31, zmm28, __dword_bcst[rcx + BlockNorm]);
            A.vcmpps(k1, zmm1, zmm31, GreaterOrEqual);
        }
        else
        {
            A.vmovaps(zmm0, zmm3);
            A.vcmpps(k1, zmm0, zmm26, GreaterOrEqual);
        }
        A.kmovw(r15d, k1);
        A.test(r15d, r15d);
        A.jnz(hit);
        A.Label(ref done);
        A.add(rsi, Block * Shape.RowBytes);
        A.add(rcx, BlockBytes);
        A.add(r12, Block);
        Loop(again);

        A.Label(ref hit);
        A.mov(ebp, r12d);
        A.shl(ebp, PanelArguments.LaneBits);
        AppendLanes();
        A.jmp(done);
    }

    /// <summary>Sums[r] = the products of row r, spread over 16 lanes.</summary>
    private void Products(int tailValues)
    {
        foreach (AssemblerRegisterZMM sum in Sums)
            A.vpxord(sum, sum, sum);
        int whole = Shape.RowBytes / 64 * 64;
        if (whole > 0)
        {
            Label chunk = A.CreateLabel();
            A.xor(r10d, r10d);
            A.Label(ref chunk);
            A.vmovdqu32(zmm19, __zmmword_ptr[r8 + r10]);
            for (int row = 0; row < Block; row++)
            {
                AssemblerMemoryOperand values = __zmmword_ptr[rsi + r10 + row * Shape.RowBytes];
                if (Shape.Codes)
                {
                    A.vmovdqu32(zmm20, values);
                    A.vpdpbusd(Sums[row], zmm20, zmm19); // the unsigned operand comes first
                }
                else
                {
                    A.vfmadd231ps(Sums[row], zmm19, values);
                }
            }
            A.add(r10, 64);
            A.cmp(r10, whole);
            A.jb(chunk);
        }
        if (tailValues == 0)
            return;
        A.vmovups(zmm19, __zmmword_ptr[r8 + whole]);
        for (int row = 0; row < Block; row++) // the mask keeps the load inside the row
        {
            A.vmovups(zmm20.k2.z, __zmmword_ptr[rsi + (row * Shape.RowBytes + whole)]);
            A.vfmadd231ps(Sums[row], zmm19, zmm20);
        }
    }

    /// <summary>zmm3 = the horizontal sums of all accumulators, in order: pairs, quads, then 128-bit lanes.</summary>
    private void Transpose()
    {
        for (int i = 0; i < Block; i += 2)
            Fold(Sums[i / 2], Sums[i], Sums[i + 1], (to, a, b) => A.vpunpckldq(to, a, b), (to, a, b) => A.vpunpckhdq(to, a, b));
        for (int i = 0; i < Block / 2; i += 2)
            Fold(Sums[i / 2], Sums[i], Sums[i + 1], (to, a, b) => A.vpunpcklqdq(to, a, b), (to, a, b) => A.vpunpckhqdq(to, a, b));
        for (int count = Block / 4; count > 1; count /= 2)
            for (int i = 0; i < count; i += 2)
                Fold(Sums[i / 2], Sums[i], Sums[i + 1], (to, a, b) => A.vshufi32x4(to, a, b, 0x88), (to, a, b) => A.vshufi32x4(to, a, b, 0xDD));
    }

    private delegate void Shuffle(AssemblerRegisterZMM to, AssemblerRegisterZMM a, AssemblerRegisterZMM b);

    private void Fold(AssemblerRegisterZMM to, AssemblerRegisterZMM a, AssemblerRegisterZMM b, Shuffle even, Shuffle odd)
    {
        even(zmm20, a, b);
        odd(zmm21, a, b);
        if (Shape.Codes)
            A.vpaddd(to, zmm20, zmm21);
        else
            A.vaddps(to, zmm20, zmm21);
    }
}
