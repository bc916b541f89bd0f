namespace Rubato;

/// <summary>How one model is loaded and run.</summary>
public sealed record ModelSessionOptions
{
    /// <summary>What is to execute it.</summary>
    public ModelProvider Provider { get; init; }

    /// <summary>How the CUDA provider executes it.</summary>
    public ModelCudaOptions Cuda { get; init; } = new();

    /// <summary>Whether to refuse the model where the provider is not to be had, rather than run it on the processor and say so.</summary>
    public bool ProviderRequired { get; init; }

    /// <summary>Folder that the model and its external data must lie in once symbolic links are followed; null takes the model's own folder.</summary>
    public string? Root { get; init; }

    /// <summary>Bytes of the model and its external data at most, 1 to 2⁴⁰; 16 GiB is larger than any ranker.</summary>
    public long BytesMax { get; init; } = 16L << 30;

    /// <summary>Whether a batch whose outputs hold NaN or infinity fails. On, because a score that is not a number would win or lose every comparison.</summary>
    public bool RefuseNonFinite { get; init; } = true;

    /// <summary>The options themselves, checked.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    public ModelSessionOptions Validated()
    {
        Cuda.Validated();
        OptionRange.Check(BytesMax, 1, 1L << 40, nameof(BytesMax));
        return this;
    }
}
