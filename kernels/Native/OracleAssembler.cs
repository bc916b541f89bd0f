using Iced.Intel;
using Rubato.Kernels.Allocation;
using static Iced.Intel.AssemblerRegisters;

namespace Rubato.Kernels.Native;

/// <summary>Oracle code: one slice, 16 listeners in two halves of eight doubles. kernels/Allocation/README.md has the mathematics.</summary>
/// <remarks>
/// The campaign, value, spend and margin columns are rsi, rdx, rcx and r8, the prices r9 and r10, the reduced values r11, the argument block
/// rdi. Each half keeps the largest reduced values of its listeners, t[0] ≥ t[1] ≥ …, in registers.
/// </remarks>
internal sealed class OracleAssembler(OracleShape shape)
{
    private const int HalfLanes = 8, IterationsMax = 64;
    private const sbyte Less = 1, Greater = 14;       // predicates of vcmppd
    private const double Tolerance = 1e-14;           // of γ
    private static readonly AssemblerRegisterZMM[] Registers = [zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11];
    private static readonly AssemblerRegisterZMM[] Threshold = [zmm24, zmm25], Next = [zmm26, zmm27], CohortPrice = [zmm20, zmm21], Capacity = [zmm22, zmm23];
    private static readonly AssemblerRegisterZMM Zero = zmm30, Smoothing = zmm31, One = zmm29;
    private readonly Assembler _a = new(64);
    private readonly Dictionary<double, Label> _constants = [];
    private Label _laneIds;

    /// <summary>Machine code of the whole.</summary>
    public byte[] Assemble()
    {
        Label iterate = _a.CreateLabel(), choose = _a.CreateLabel();
        _laneIds = _a.CreateLabel();
        Enter();
        Reduce();
        AddBound();
        for (int half = 0; half < 2; half++) Estimate(half);
        for (int half = 0; half < 2; half++) _a.vcmppd(half == 0 ? k1 : k6, Largest(half, shape.Kept - 1), Threshold[half], Greater);
        _a.kortestw(k1, k6);
        _a.jnz(iterate);
        _a.Label(ref choose);
        Choose();
        _a.vzeroupper();
        _a.ret();
        _a.Label(ref iterate);
        Iterate(choose);
        Data();
        return MachineCode.Assemble(_a);
    }

    private static AssemblerRegisterZMM Largest(int half, int rank) => Registers[6 * half + rank];

    // Lanes of a half whose listeners have more than one or two slots.
    private static AssemblerRegisterK MoreThan(int half, int slots) => (half, slots) switch { (0, 1) => k2, (0, _) => k3, (_, 1) => k4, _ => k5 };

    private static AssemblerRegisterZMM Masked(AssemblerRegisterZMM register, AssemblerRegisterK mask) =>
        mask == k1 ? register.k1 : mask == k2 ? register.k2 : mask == k3 ? register.k3 : mask == k4 ? register.k4 : mask == k5 ? register.k5 : register.k6;

    private void Enter()
    {
        _a.mov(rsi, __[rdi + OracleArguments.CampaignsAt]);
        _a.mov(rdx, __[rdi + OracleArguments.ValuesAt]);
        _a.mov(rcx, __[rdi + OracleArguments.SpendsAt]);
        _a.mov(r9, __[rdi + OracleArguments.BudgetAt]);
        _a.mov(r11, __[rdi + OracleArguments.ReducedAt]);
        _a.vpxorq(Zero, Zero, Zero);
        _a.vbroadcastsd(Smoothing, __qword_ptr[rdi + OracleArguments.SmoothingAt]);
        _a.vbroadcastsd(One, Constant(1));
        if (shape.Offsets) _a.mov(r10, __[rdi + OracleArguments.OffsetAt]);
        if (shape.Margins) EnterMargins();
        _a.vbroadcastsd(zmm12, Constant(EdgeSlices.PaddingValue));
        for (int half = 0; half < 2; half++)
            for (int rank = 0; rank < shape.Kept; rank++) _a.vmovapd(Largest(half, rank), zmm12);
        if (shape.SlotsMax > 1) EnterSlots();
    }

    private void EnterMargins()
    {
        _a.mov(r8, __[rdi + OracleArguments.CohortsAt]);
        _a.mov(rax, __[rdi + OracleArguments.CohortAt]);
        for (int half = 0; half < 2; half++)
        {
            _a.vmovdqu(ymm12, __ymmword_ptr[r8 + 4 * HalfLanes * half]);
            Gather(CohortPrice[half], rax);
        }
        _a.mov(r8, __[rdi + OracleArguments.MarginsAt]);
    }

    private void EnterSlots()
    {
        _a.mov(rax, __[rdi + OracleArguments.SlotsAt]);
        for (int half = 0; half < 2; half++)
        {
            _a.vcvtdq2pd(zmm12, __ymmword_ptr[rax + 4 * HalfLanes * half]);
            _a.vmulpd(Capacity[half], zmm12, Smoothing);
            for (int slots = 1; slots < shape.SlotsMax; slots++)
                _a.vcmppd(MoreThan(half, slots), zmm12, Broadcast(slots), Greater);
        }
    }

    // to = prices[numbers in ymm12]
    private void Gather(AssemblerRegisterZMM to, AssemblerRegister64 prices)
    {
        _a.kxnorw(k1, k1, k1);
        _a.vpxorq(to, to, to); // the instruction reads what it writes: without this every gather waits for the one before
        _a.vgatherdpd(to.k1, __[prices + ymm12 * 8]);
    }

    // Reduced values, column by column, sorted into the largest ones.
    private void Reduce()
    {
        Label next = _a.CreateLabel();
        _a.xor(eax, eax);
        _a.Label(ref next);
        for (int half = 0; half < 2; half++)
        {
            _a.vpmovzxwd(ymm12, __xmmword_ptr[rsi + rax * 2 + 2 * HalfLanes * half]);
            Gather(zmm13, r9);
            _a.vcvtps2pd(zmm14, __ymmword_ptr[rdx + rax * 4 + 4 * HalfLanes * half]);
            _a.vcvtps2pd(zmm15, __ymmword_ptr[rcx + rax * 4 + 4 * HalfLanes * half]);
            _a.vfnmadd231pd(zmm14, zmm15, zmm13);
            if (shape.Offsets)
            {
                Gather(zmm16, r10);
                _a.vaddpd(zmm14, zmm14, zmm16);
            }
            if (shape.Margins)
            {
                _a.vcvtps2pd(zmm15, __ymmword_ptr[r8 + rax * 4 + 4 * HalfLanes * half]);
                _a.vfmadd231pd(zmm14, zmm15, CohortPrice[half]);
            }
            _a.vmovupd(__zmmword_ptr[r11 + rax * 8 + 8 * HalfLanes * half], zmm14);
            for (int rank = 0; rank < shape.Kept - 1; rank++)
            {
                _a.vminpd(zmm15, Largest(half, rank), zmm14);
                _a.vmaxpd(Largest(half, rank), Largest(half, rank), zmm14);
                _a.vmovapd(zmm14, zmm15);
            }
            _a.vmaxpd(Largest(half, shape.Kept - 1), Largest(half, shape.Kept - 1), zmm14);
        }
        NextColumn(next);
    }

    private void NextColumn(Label again)
    {
        _a.add(rax, EdgeSlices.Height);
        _a.cmp(rax, __[rdi + OracleArguments.ElementsAt]);
        _a.jb(again);
    }

    // The unsmoothed maximum: the k largest that are positive.
    private void AddBound()
    {
        _a.vmovupd(zmm12, __zmmword_ptr[rdi + OracleArguments.BoundAt]);
        for (int half = 0; half < 2; half++)
        {
            for (int rank = 0; rank < shape.SlotsMax; rank++)
            {
                _a.vmaxpd(zmm13, Largest(half, rank), Zero);
                _a.vaddpd(rank == 0 ? zmm12 : Masked(zmm12, MoreThan(half, rank)), zmm12, zmm13);
            }
        }
        _a.vmovupd(__zmmword_ptr[rdi + OracleArguments.BoundAt], zmm12);
    }

    // τ if no listener has more positive entries than are kept: min over a < k of max over n of (t[a] + … + t[a + n − 1] − (k − a) γ) / n.
    private void Estimate(int half)
    {
        AssemblerRegisterZMM need = zmm12, sum = zmm13, best = zmm14, candidate = zmm15, threshold = Threshold[half], next = Next[half];
        for (int full = 0; full < shape.SlotsMax; full++)
        {
            Need(need, half, full);
            _a.vmovapd(sum, Largest(half, full));
            _a.vsubpd(best, sum, need);
            for (int count = 2; full + count <= shape.Kept; count++)
            {
                _a.vaddpd(sum, sum, Largest(half, full + count - 1));
                _a.vsubpd(candidate, sum, need);
                _a.vmulpd(candidate, candidate, Broadcast(1.0 / count));
                _a.vmaxpd(best, best, candidate);
            }
            if (full == 0) _a.vmovapd(threshold, best);
            else _a.vminpd(Masked(threshold, MoreThan(half, full)), threshold, best);
        }
        _a.vmovapd(next, Largest(half, 1));
        for (int slots = 1; slots < shape.SlotsMax; slots++) _a.vmovapd(Masked(next, MoreThan(half, slots)), Largest(half, slots + 1));
        _a.vminpd(threshold, threshold, next); // at t[k] the k largest remain
        _a.vmaxpd(threshold, threshold, Zero);
    }

    // need = (k − full) γ
    private void Need(AssemblerRegisterZMM need, int half, int full)
    {
        if (shape.SlotsMax == 1)
        {
            _a.vmovapd(need, Smoothing);
            return;
        }
        _a.vmovapd(need, Capacity[half]);
        for (int i = 0; i < full; i++) _a.vsubpd(need, need, Smoothing);
    }

    // Newton's method from the estimate, which is never above τ: each of the a < k convex functions gives a step that does not pass its root.
    private void Iterate(Label done)
    {
        AssemblerRegisterZMM[] sums = [zmm12, zmm13], counts = [zmm14, zmm15];
        Label again = _a.CreateLabel(), next = _a.CreateLabel();
        _a.mov(ecx, IterationsMax);
        _a.vmulpd(zmm28, Smoothing, Broadcast(Tolerance));
        _a.Label(ref again);
        foreach (AssemblerRegisterZMM register in (AssemblerRegisterZMM[])[.. sums, .. counts]) _a.vpxorq(register, register, register);
        _a.xor(eax, eax);
        _a.Label(ref next);
        for (int half = 0; half < 2; half++)
        {
            _a.vsubpd(zmm16, Threshold[half], __zmmword_ptr[r11 + rax * 8 + 8 * HalfLanes * half]);
            _a.vcmppd(k1, zmm16, Zero, Less);
            _a.vsubpd(sums[half].k1, sums[half], zmm16);
            _a.vaddpd(counts[half].k1, counts[half], One);
        }
        NextColumn(next);
        for (int half = 0; half < 2; half++) Improve(half, sums[half], counts[half], half == 0 ? k1 : k6);
        _a.kortestw(k1, k6);
        _a.jz(done);
        _a.dec(ecx);
        _a.jnz(again);
        _a.jmp(done);
    }

    // One Newton step; open = lanes that moved.
    private void Improve(int half, AssemblerRegisterZMM sum, AssemblerRegisterZMM count, AssemblerRegisterK open)
    {
        AssemblerRegisterZMM step = zmm16, need = zmm17, width = zmm18, taken = zmm19, threshold = Threshold[half];
        for (int full = 0; full < shape.SlotsMax; full++)
        {
            Need(need, half, full);
            _a.vsubpd(need, sum, need);
            _a.vmaxpd(width, count, One);
            _a.vdivpd(need, need, width);
            if (full == 0) _a.vmovapd(step, need);
            else _a.vminpd(Masked(step, MoreThan(half, full)), step, need);
            if (full == shape.SlotsMax - 1) break;
            _a.vsubpd(taken, Largest(half, full), threshold); // the next function does not count this entry
            _a.vmaxpd(taken, taken, Zero);
            _a.vsubpd(sum, sum, taken);
            _a.vsubpd(count, count, One);
        }
        _a.vaddpd(need, threshold, step);
        _a.vminpd(need, need, Next[half]);
        _a.vcmppd(k7, step, zmm28, Greater);
        _a.vcmppd(open.k7, need, threshold, Greater);
        _a.vmovapd(Masked(threshold, open), need);
    }

    // Numbers of the edges above the thresholds.
    private void Choose()
    {
        Label next = _a.CreateLabel();
        _a.mov(rsi, __[rdi + OracleArguments.HitsAt]);
        _a.vmovdqu32(zmm12, __zmmword_ptr[_laneIds]);
        _a.mov(edx, EdgeSlices.Height);
        _a.vpbroadcastd(zmm13, edx);
        for (int half = 0; half < 2; half++) _a.vmovupd(__zmmword_ptr[rdi + OracleArguments.ThresholdsAt + 8 * HalfLanes * half], Threshold[half]);
        _a.xor(ecx, ecx);
        _a.xor(eax, eax);
        _a.Label(ref next);
        _a.vcmppd(k1, Threshold[0], __zmmword_ptr[r11 + rax * 8], Less);
        _a.vcmppd(k6, Threshold[1], __zmmword_ptr[r11 + rax * 8 + 8 * HalfLanes], Less);
        _a.kunpckbw(k1, k6, k1);
        _a.vpcompressd(zmm14.k1.z, zmm12);
        _a.vmovdqu32(__zmmword_ptr[rsi + rcx * 4], zmm14);
        _a.kmovw(edx, k1);
        _a.popcnt(edx, edx);
        _a.add(rcx, rdx);
        _a.vpaddd(zmm12, zmm12, zmm13);
        NextColumn(next);
        _a.mov(__[rdi + OracleArguments.HitCountAt], rcx);
    }

    private AssemblerMemoryOperand Constant(double value) => __qword_ptr[LabelOf(value)];

    private AssemblerMemoryOperand Broadcast(double value) => __qword_bcst[LabelOf(value)];

    private Label LabelOf(double value)
    {
        if (!_constants.TryGetValue(value, out Label label)) _constants[value] = label = _a.CreateLabel();
        return label;
    }

    private void Data()
    {
        foreach ((double value, Label label) in _constants)
        {
            Label here = label;
            _a.Label(ref here);
            _a.dq(BitConverter.DoubleToUInt64Bits(value));
        }
        _a.Label(ref _laneIds);
        for (int lane = 0; lane < EdgeSlices.Height; lane++) _a.dd(lane);
    }
}
