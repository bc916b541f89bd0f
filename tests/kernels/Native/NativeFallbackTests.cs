using Rubato.Kernels;
using Rubato.Kernels.Allocation;
using Rubato.Kernels.Native;
using Rubato.Kernels.Similarity;
using Rubato.Tests.Support;

namespace Rubato.Tests.Kernels.Native;

/// <summary>What happens where the system refuses what machine code needs.</summary>
public class NativeFallbackTests
{
    private static readonly string[] Assembled = ["amx-int8", "avx512-vnni", "avx512"];

    private static ExecutableMemory Refuse(byte[] code) => throw new NotSupportedException("the system refuses memory for machine code (error 13)");

    [SkippableFact]
    public void RefusedExecutableMemoryLeavesThePortableVariants()
    {
        Skip.If(CpuFeatures.Detect().Avx512 is not null, CpuFeatures.Detect().Avx512);
        CpuFeatures cpu = CpuFeatures.Detect(Refuse, () => true);
        IReadOnlyList<KernelVariant<IScanKernel>> variants = ScanKernels.For(cpu, Refuse);
        foreach (string name in Assembled)
            Assert.Contains("refuses memory", variants.Single(variant => variant.Name == name).Reason);
        IScanKernel kernel = KernelVariant<IScanKernel>.Pick(variants, forced: null);
        Assert.Equal("vector-int8", kernel.Name);
        int[] rows = new int[2];
        kernel.Scan(new ScanRequest { Items = new([1, 3, 2], 1, 3), Queries = (float[])[1], K = 2, RowCount = 3 }, new ScanWorkspace(), rows, new float[2]);
        Assert.Equal([1, 2], rows);
        Assert.Contains("cannot run here", Assert.Throws<NotSupportedException>(() => KernelVariant<IScanKernel>.Pick(variants, "avx512")).Message);
    }

    [SkippableFact]
    public void RefusedTilesLeaveTheOtherAssembledVariants()
    {
        Skip.If(CpuFeatures.Detect().AmxInt8 is not null, CpuFeatures.Detect().AmxInt8);
        CpuFeatures cpu = CpuFeatures.Detect(code => ExecutableMemory.Copy(code), requestTiles: () => false);
        Assert.Contains("arch_prctl", cpu.AmxInt8);
        Assert.Equal("avx512-vnni", KernelVariant<IScanKernel>.Pick(ScanKernels.For(cpu, code => ExecutableMemory.Copy(code)), forced: null).Name);
    }

    [Fact]
    public void AMachineWithoutTheInstructionsRunsPortableCode()
    {
        var variants = ScanKernels.For(new CpuFeatures("the CPU has no AVX-512", "the CPU has no AVX-512", "the CPU has no AVX-512"), Refuse);
        Assert.Equal("vector-int8", KernelVariant<IScanKernel>.Pick(variants, forced: null).Name);
        foreach (string name in Assembled)
            Assert.Contains("the CPU has no AVX-512", Assert.Throws<NotSupportedException>(() => KernelVariant<IScanKernel>.Pick(variants, name)).Message);
        Assert.Contains("the names are amx-int8, avx512-vnni, vector-int8, avx512, vector, scalar-int8, scalar",
            Assert.Throws<ArgumentException>(() => KernelVariant<IScanKernel>.Pick(variants, "sse2")).Message);
    }

    [Fact]
    public void TheAllocationOracleFallsBackToThePortableVariant()
    {
        var variants = OracleKernels.For(new CpuFeatures("the CPU has no AVX-512", "the CPU has no AVX-512", "the CPU has no AVX-512"), Refuse);
        Assert.Equal("vector-double", KernelVariant<IOracleKernel>.Pick(variants, forced: null).Name);
        Assert.Contains("the CPU has no AVX-512", Assert.Throws<NotSupportedException>(() => KernelVariant<IOracleKernel>.Pick(variants, "avx512")).Message);
    }

    [SkippableFact]
    public void CodeIsNeverWritableAndExecutableAtOnce()
    {
        Skip.IfNot(GuardedBuffer<byte>.Supported, "needs Linux");
        using ExecutableMemory memory = ExecutableMemory.Copy([0xC3]);
        Assert.Contains(" r-xp ", File.ReadLines("/proc/self/maps").Single(line => Holds(line, memory.Address)));
    }

    /// <summary>Neighbouring mappings of the same kind appear as one, so the address need not be where a line begins.</summary>
    private static bool Holds(string line, nint address)
    {
        string[] range = line[..line.IndexOf(' ', StringComparison.Ordinal)].Split('-');
        ulong first = Convert.ToUInt64(range[0], 16), end = Convert.ToUInt64(range[1], 16);
        return first <= (ulong)address && (ulong)address < end;
    }
}
