namespace Rubato.Kernels.Similarity;

/// <summary>All variants of the scan kernel.</summary>
/// <remarks>The int8 variants read the int8 copy of a matrix; where it has none they run the fp32 variant of their instruction set.</remarks>
public static class ScanKernels
{
    /// <summary>The variants, fastest first.</summary>
    public static IReadOnlyList<KernelVariant<IScanKernel>> Variants { get; } = Build();

    /// <summary>The fastest variant of this machine, or the one forced by name.</summary>
    /// <param name="forced">a name of <see cref="Variants"/>; null takes the fastest</param>
    /// <exception cref="ArgumentException">There is no variant of that name.</exception>
    /// <exception cref="NotSupportedException">This machine cannot run the forced variant.</exception>
    public static IScanKernel Pick(string? forced = null) => KernelVariant<IScanKernel>.Pick(Variants, forced);

    private static KernelVariant<IScanKernel>[] Build()
    {
        var scalar = new ScanScalar();
        var vector = new ScanVector();
        return
        [
            Runs(new PanelScan("vector-int8", Int8Arithmetic.Instance, new VectorInt8Codes(), fallback: vector)),
            Runs(vector),
            Runs(new PanelScan("scalar-int8", Int8Arithmetic.Instance, new SingleCode(new ScalarRowsCode()), fallback: scalar)),
            Runs(scalar),
        ];
    }

    private static KernelVariant<IScanKernel> Runs(IScanKernel kernel) => new(kernel.Name, kernel, Reason: null);
}
