namespace Rubato.Kernels.Similarity;

/// <summary>All variants of the score kernel.</summary>
public static class ScoreKernels
{
    /// <summary>The variants, fastest first.</summary>
    public static IReadOnlyList<KernelVariant<IScoreKernel>> Variants { get; } =
    [
        new("vector", new ScoreVector(), Reason: null),
        new("scalar", new ScoreScalar(), Reason: null),
    ];

    /// <summary>The fastest variant of this machine, or the one forced by name.</summary>
    /// <param name="forced">a name of <see cref="Variants"/>; null takes the fastest</param>
    /// <exception cref="ArgumentException">There is no variant of that name.</exception>
    /// <exception cref="NotSupportedException">This machine cannot run the forced variant.</exception>
    public static IScoreKernel Pick(string? forced = null) => KernelVariant<IScoreKernel>.Pick(Variants, forced);
}
