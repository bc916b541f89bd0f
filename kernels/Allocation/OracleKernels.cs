using Rubato.Kernels.Native;

namespace Rubato.Kernels.Allocation;

/// <summary>The variants of the oracle, fastest first among those that compute in double; a solve begins with the first that runs here.</summary>
public static class OracleKernels
{
    /// <summary>Double precision, four listeners per register of 256 bits: agrees with the reference to 1e-11 everywhere.</summary>
    public static IOracleKernel Double { get; } = new OracleVector<double, DoubleLanes>("vector-double", isDouble: true);

    /// <summary>The reference.</summary>
    public static IOracleKernel Scalar { get; } = new OracleScalar();

    /// <summary>Names of all variants: those of the CPU, and that of a CUDA device, which runs only when it is forced.</summary>
    public static IReadOnlyList<string> Names => [.. Variants.Select(variant => variant.Name), OracleCuda.VariantName];

    /// <summary>The CPU's variants.</summary>
    public static IReadOnlyList<KernelVariant<IOracleKernel>> Variants { get; } = For(CpuFeatures.Detect(), code => ExecutableMemory.Copy(code));

    /// <summary>The fastest double-precision variant of this machine, or the one forced by name.</summary>
    /// <param name="forced">a name of <see cref="Names"/>; null takes the first that runs here</param>
    /// <returns>the CPU's variants are shared; that of a device is the caller's, to be disposed</returns>
    /// <exception cref="ArgumentException">There is no variant of that name.</exception>
    /// <exception cref="NotSupportedException">This machine cannot run the forced variant.</exception>
    public static IOracleKernel Pick(string? forced = null) =>
        forced == OracleCuda.VariantName ? OracleCuda.Open(Pick()) : KernelVariant<IOracleKernel>.Pick(Variants, forced);

    /// <summary>The variants of a machine with given features and a given way to get executable memory.</summary>
    internal static IReadOnlyList<KernelVariant<IOracleKernel>> For(CpuFeatures cpu, Func<byte[], ExecutableMemory> map)
    {
        var native = new OracleNative("avx512", new NativeOracleCodes(map), manySlots: Double);
        return
        [
            new(native.Name, cpu.Avx512 is null ? native : null, cpu.Avx512),
            Listed(Double),
            Listed(new OracleVector<float, SingleLanes>("vector-single", isDouble: false)),
            Listed(Scalar),
        ];
    }

    private static KernelVariant<IOracleKernel> Listed(IOracleKernel kernel) => new(kernel.Name, kernel, Reason: null);
}
