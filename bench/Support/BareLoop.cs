using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Iced.Intel;
using Rubato.Kernels.Native;
using static Iced.Intel.AssemblerRegisters;

namespace Rubato.Bench;

/// <summary>
/// What the arithmetic units of one core reach on registers that nobody loads or looks at: the ceiling of each variant of the scan.
/// </summary>
internal static class BareLoop
{
    private const int Rounds = 20_000, Unrolled = 24, Repetitions = 20;

    private static readonly AssemblerRegisterZMM[] Wide =
        [zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11];

    private static readonly AssemblerRegisterYMM[] Narrow =
        [ymm0, ymm1, ymm2, ymm3, ymm4, ymm5, ymm6, ymm7, ymm8, ymm9, ymm10, ymm11];

    /// <summary>10⁹ multiplications and additions per second for a variant and a batch; NaN where no loop is known.</summary>
    public static double GigaOperations(string variant, int batch) => variant switch
    {
        "amx-int8" when batch > 1 => Best((a, i) => a.tdpbusd(new[] { tmm0, tmm1, tmm2, tmm3 }[i % 4], i % 4 < 2 ? tmm4 : tmm5, i % 2 == 0 ? tmm6 : tmm7),
            operations: 2 * 16 * 16 * 64, tiles: true),
        "amx-int8" or "avx512-vnni" => Best((a, i) => a.vpdpbusd(Wide[i % 12], zmm30, zmm31), operations: 2 * 64),
        "vector-int8" when AvxVnni.IsSupported => Best((a, i) => a.vpdpbusd(Narrow[i % 12], ymm14, ymm15), operations: 2 * 32),
        "avx512" => Best(FusedWide, operations: 2 * 16),
        "vector" when Vector512.IsHardwareAccelerated => Best(FusedWide, operations: 2 * 16),
        "vector" when Fma.IsSupported => Best((a, i) => a.vfmadd231ps(Narrow[i % 12], ymm14, ymm15), operations: 2 * 8),
        _ => double.NaN,
    };

    private static void FusedWide(Assembler assembler, int i) => assembler.vfmadd231ps(Wide[i % 12], zmm30, zmm31);

    private static unsafe double Best(Action<Assembler, int> instruction, double operations, bool tiles = false)
    {
        var assembler = new Assembler(64);
        Label again = assembler.CreateLabel(), configuration = assembler.CreateLabel();
        if (tiles)
            assembler.ldtilecfg(__[configuration]);
        else
            assembler.vzeroall(); // no denormals among the operands
        assembler.mov(eax, Rounds);
        assembler.Label(ref again);
        for (int i = 0; i < Unrolled; i++)
            instruction(assembler, i);
        assembler.dec(eax);
        assembler.jnz(again);
        if (tiles)
            assembler.tilerelease();
        else
            assembler.vzeroupper();
        assembler.ret();
        assembler.Label(ref configuration);
        TileConfiguration.Emit(assembler);
        using ExecutableMemory code = ExecutableMemory.Copy(MachineCode.Assemble(assembler));
        double seconds = double.PositiveInfinity;
        for (int repetition = 0; repetition < Repetitions; repetition++)
        {
            long begun = Stopwatch.GetTimestamp();
            ((delegate* unmanaged<void>)code.Address)(); // SAFETY: a leaf function that changes volatile registers only
            seconds = Math.Min(seconds, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }
        return 1e-9 * operations * Rounds * Unrolled / seconds;
    }
}
