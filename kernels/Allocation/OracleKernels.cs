namespace Rubato.Kernels.Allocation;

/// <summary>The variants of the oracle, fastest first.</summary>
public static class OracleKernels
{
    /// <summary>Single precision, eight listeners per register.</summary>
    public static IOracleKernel Single { get; } = new OracleVector<float, SingleLanes>("vector-single", isDouble: false);

    /// <summary>Double precision, four listeners per register.</summary>
    public static IOracleKernel Double { get; } = new OracleVector<double, DoubleLanes>("vector-double", isDouble: true);

    /// <summary>The reference.</summary>
    public static IOracleKernel Scalar { get; } = new OracleScalar();

    /// <summary>Names of all variants: those of the CPU, fastest first, and that of a CUDA device.</summary>
    public static IReadOnlyList<string> Names => [.. All.Select(kernel => kernel.Name), OracleCuda.VariantName];

    /// <summary>The CPU's variants, fastest first; every machine runs them.</summary>
    public static IReadOnlyList<IOracleKernel> All { get; } = [Single, Double, Scalar];

    /// <summary>The variant of this name; the CPU's fastest for null.</summary>
    /// <returns>the CPU's variants are shared; that of a device is the caller's, to be disposed</returns>
    /// <exception cref="ArgumentException">There is no such variant.</exception>
    /// <exception cref="NotSupportedException">There is no usable device; the message says why.</exception>
    public static IOracleKernel Named(string? name) => name is null ? All[0]
        : name == OracleCuda.VariantName ? OracleCuda.Open(Double)
        : All.FirstOrDefault(kernel => kernel.Name == name)
        ?? throw new ArgumentException($"no oracle variant '{name}'; there are {string.Join(", ", Names)}", nameof(name));
}
