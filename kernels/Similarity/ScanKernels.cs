using Rubato.Kernels.Cuda;
using Rubato.Kernels.Native;

namespace Rubato.Kernels.Similarity;

/// <summary>All variants of the scan kernel.</summary>
/// <remarks>The int8 variants read the int8 copy of a matrix; where it has none they run the fp32 variant of their instruction set.</remarks>
public static class ScanKernels
{
    /// <summary>Names of the variants, fastest first; unlike <see cref="Variants"/>, asking for them starts no device.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. ScanCuda.Formats.Select(ScanCuda.NameOf), "amx-int8", "avx512-vnni", "vector-int8", "avx512", "vector", "scalar-int8", "scalar"];

    private static readonly IReadOnlyList<KernelVariant<IScanKernel>> CpuVariants = For(CpuFeatures.Detect(), code => ExecutableMemory.Copy(code));

    /// <summary>The variants, fastest first.</summary>
    public static IReadOnlyList<KernelVariant<IScanKernel>> Variants { get; } = WithDevices(CpuVariants, CudaOptions.FromEnvironment);

    /// <summary>The fastest variant of this machine, or the one forced by name.</summary>
    /// <remarks>Devices that are not forced get the batches that they answer quicker than the CPU, which is measured when a matrix is held.</remarks>
    /// <param name="forced">a name of <see cref="Variants"/>; null takes the fastest</param>
    /// <exception cref="ArgumentException">There is no variant of that name.</exception>
    /// <exception cref="NotSupportedException">This machine cannot run the forced variant.</exception>
    public static IScanKernel Pick(string? forced = null) => Pick(Variants, forced);

    /// <summary>The fastest variant that runs on the CPU.</summary>
    internal static IScanKernel FastestOfCpu() => KernelVariant<IScanKernel>.Pick(CpuVariants, forced: null);

    internal static IScanKernel Pick(IReadOnlyList<KernelVariant<IScanKernel>> variants, string? forced)
    {
        IScanKernel picked = KernelVariant<IScanKernel>.Pick(variants, forced);
        return picked is ScanCuda device && forced is null ? new ScanCrossover(device) : picked;
    }

    /// <summary>The variants of the CPU, and before them those of the devices: the first, of int8 rows, is what is picked; the others are there to be forced.</summary>
    /// <param name="cpu">the CPU's variants</param>
    /// <param name="options">how devices are used; throws <see cref="DeviceException"/> where that is wrong</param>
    internal static IReadOnlyList<KernelVariant<IScanKernel>> WithDevices(IReadOnlyList<KernelVariant<IScanKernel>> cpu, Func<CudaOptions> options)
    {
        try
        {
            CudaMachine machine = CudaMachine.Open(options());
            IScanKernel fallback = KernelVariant<IScanKernel>.Pick(cpu, forced: null);
            return [.. ScanCuda.Formats.Select(format => Listed(new ScanCuda(machine, format, fallback), machine.Reason(format))), .. cpu];
        }
        catch (DeviceException failure)
        {
            return [.. ScanCuda.Formats.Select(format => new KernelVariant<IScanKernel>(ScanCuda.NameOf(format), null, failure.Message)), .. cpu];
        }
    }

    /// <summary>The variants of a machine with given features and a given way to get executable memory.</summary>
    internal static IReadOnlyList<KernelVariant<IScanKernel>> For(CpuFeatures cpu, Func<byte[], ExecutableMemory> map)
    {
        var scalar = new ScanScalar();
        var vector = new ScanVector();
        var avx512 = new PanelScan("avx512", FloatArithmetic.Instance, new NativeCodes(codes: false, tiles: false, map), fallback: vector);
        IScanKernel wide = cpu.Avx512 is null ? avx512 : vector;
        PanelScan Int8(string name, PanelCodes codes, IScanKernel fallback) => new(name, Int8Arithmetic.Instance, codes, fallback);
        return
        [
            Listed(Int8("amx-int8", new NativeCodes(codes: true, tiles: true, map), wide), cpu.AmxInt8),
            Listed(Int8("avx512-vnni", new NativeCodes(codes: true, tiles: false, map), wide), cpu.Avx512Vnni),
            Listed(Int8("vector-int8", new VectorInt8Codes(), wide)),
            Listed(avx512, cpu.Avx512),
            Listed(vector),
            Listed(Int8("scalar-int8", new SingleCode(new ScalarRowsCode()), scalar)),
            Listed(scalar),
        ];
    }

    private static KernelVariant<IScanKernel> Listed(IScanKernel kernel, string? reason = null) =>
        new(kernel.Name, reason is null ? kernel : null, reason);
}
