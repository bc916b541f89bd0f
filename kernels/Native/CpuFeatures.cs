using System.Runtime.Intrinsics.X86;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Rubato.Kernels.Native;

/// <summary>What the processor has and the operating system lets us use, as reasons why not: null means usable.</summary>
/// <param name="Avx512">512-bit vectors (F, BW, DQ, VL)</param>
/// <param name="Avx512Vnni">512-bit byte dot products</param>
/// <param name="AmxInt8">tile products of bytes</param>
internal sealed record CpuFeatures(string? Avx512, string? Avx512Vnni, string? AmxInt8)
{
    /// <summary>XCR0 bits: SSE, AVX, mask and 512-bit registers; tile configuration and data.</summary>
    private const ulong VectorState = 0xE6, TileState = 0x6_0000;

    /// <summary>Detects this machine.</summary>
    public static CpuFeatures Detect() => Detect(code => ExecutableMemory.Copy(code), RequestTiles);

    /// <summary>Detects this machine with given ways to get executable memory and the permission to use tiles, for tests.</summary>
    /// <param name="map">maps machine code; throws <see cref="NotSupportedException"/> where refused</param>
    /// <param name="requestTiles">asks the system for the tile registers; false where refused</param>
    public static CpuFeatures Detect(Func<byte[], ExecutableMemory> map, Func<bool> requestTiles)
    {
        if (!X86Base.X64.IsSupported || !OperatingSystem.IsLinux())
            return None("machine code is assembled for x64 Linux only");
        if (X86Base.CpuId(0, 0).Eax < 7 || (X86Base.CpuId(1, 0).Ecx >> 27 & 1) == 0)
            return None("the CPU has no AVX-512");
        ulong state;
        try
        {
            state = EnabledState(map);
        }
        catch (NotSupportedException refused)
        {
            return None(refused.Message);
        }
        (int _, int ebx, int ecx, int edx) = X86Base.CpuId(7, 0);
        bool Has(int register, int bit) => (register >> bit & 1) != 0;
        string? avx512 = !(Has(ebx, 16) && Has(ebx, 17) && Has(ebx, 30) && Has(ebx, 31)) ? "the CPU has no AVX-512 (F, DQ, BW, VL)"
            : (state & VectorState) != VectorState ? "the operating system does not save 512-bit registers" : null;
        string? vnni = avx512 ?? (Has(ecx, 11) ? null : "the CPU has no AVX-512 VNNI");
        string? amx = vnni ?? (!(Has(edx, 24) && Has(edx, 25)) ? "the CPU has no AMX int8"
            : (state & TileState) != TileState ? "the operating system does not save tile registers"
            : requestTiles() ? null : "the operating system refuses the tile registers (arch_prctl)");
        return new(avx512, vnni, amx);
    }

    private static CpuFeatures None(string reason) => new(reason, reason, reason);

    /// <summary>Register states that the operating system saves (XCR0); .NET has no intrinsic for it.</summary>
    private static unsafe ulong EnabledState(Func<byte[], ExecutableMemory> map)
    {
        var assembler = new Assembler(64);
        assembler.xor(ecx, ecx);
        assembler.xgetbv();
        assembler.shl(rdx, 32);
        assembler.or(rax, rdx);
        assembler.ret();
        using ExecutableMemory code = map(MachineCode.Assemble(assembler));
        return ((delegate* unmanaged<ulong>)code.Address)(); // SAFETY: a leaf function without arguments that changes rax, rcx and rdx
    }

    private static bool RequestTiles() =>
        LinuxApi.SystemCall(LinuxApi.ArchPrctl, LinuxApi.RequestPermission, LinuxApi.TileData) == 0;
}
