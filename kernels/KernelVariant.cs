namespace Rubato.Kernels;

/// <summary>One implementation of a kernel contract, as listed for operators and tests.</summary>
/// <typeparam name="TKernel">the contract</typeparam>
/// <param name="Name">name by which the variant is forced</param>
/// <param name="Kernel">the variant; null where this machine cannot run it</param>
/// <param name="Reason">why it cannot run here; null where it can</param>
public sealed record KernelVariant<TKernel>(string Name, TKernel? Kernel, string? Reason) where TKernel : class
{
    /// <summary>Whether this machine runs the variant.</summary>
    public bool Available => Kernel is not null;

    /// <summary>The first available variant of a list, or the one that is forced by name.</summary>
    internal static TKernel Pick(IReadOnlyList<KernelVariant<TKernel>> variants, string? forced)
    {
        if (forced is null)
            return variants.First(variant => variant.Available).Kernel!;
        KernelVariant<TKernel> chosen = variants.FirstOrDefault(variant => variant.Name == forced)
            ?? throw new ArgumentException(
                $"there is no variant \"{forced}\"; the names are {string.Join(", ", variants.Select(variant => variant.Name))}", nameof(forced));
        return chosen.Kernel ?? throw new NotSupportedException($"variant \"{forced}\" cannot run here: {chosen.Reason}");
    }
}
