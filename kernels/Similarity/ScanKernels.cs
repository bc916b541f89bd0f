namespace Rubato.Kernels.Similarity;

/// <summary>All variants of the scan kernel.</summary>
public static class ScanKernels
{
    /// <summary>The variants, fastest first.</summary>
    public static IReadOnlyList<KernelVariant<IScanKernel>> Variants { get; } =
    [
        new("vector", new ScanVector(), Reason: null),
        new("scalar", new ScanScalar(), Reason: null),
    ];

    /// <summary>The fastest variant of this machine, or the one forced by name.</summary>
    /// <param name="forced">a name of <see cref="Variants"/>; null takes the fastest</param>
    /// <exception cref="ArgumentException">There is no variant of that name.</exception>
    /// <exception cref="NotSupportedException">This machine cannot run the forced variant.</exception>
    public static IScanKernel Pick(string? forced = null) => KernelVariant<IScanKernel>.Pick(Variants, forced);
}
