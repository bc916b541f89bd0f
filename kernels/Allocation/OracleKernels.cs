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

    /// <summary>All variants, fastest first; every machine runs them.</summary>
    public static IReadOnlyList<IOracleKernel> All { get; } = [Single, Double, Scalar];

    /// <summary>The variant of this name; the fastest for null.</summary>
    /// <exception cref="ArgumentException">There is no such variant.</exception>
    public static IOracleKernel Named(string? name) => name is null ? All[0]
        : All.FirstOrDefault(kernel => kernel.Name == name)
        ?? throw new ArgumentException($"no oracle variant '{name}'; there are {string.Join(", ", All.Select(kernel => kernel.Name))}", nameof(name));
}
