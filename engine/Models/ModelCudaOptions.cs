namespace Rubato;

/// <summary>How the CUDA provider executes a model; without a meaning for the others.</summary>
public sealed record ModelCudaOptions
{
    /// <summary>Largest <see cref="Device"/>.</summary>
    public const int DeviceMax = 255;

    /// <summary>Most bytes of <see cref="MemoryBytesMax"/>.</summary>
    public const long MemoryBytesLimit = 1L << 50;

    /// <summary>Number of the GPU, 0 to 255.</summary>
    public int Device { get; init; }

    /// <summary>Bytes of GPU memory that the model's arena may take, 1 to 2⁵⁰; null for no limit. What CUDA and cuDNN take themselves is not counted.</summary>
    public long? MemoryBytesMax { get; init; }

    /// <summary>How the arena grows; by doubling, because an arena that grows by what is asked for asks the driver often while a model warms up.</summary>
    public ModelArena Arena { get; init; }

    /// <summary>A CUDA stream (cudaStream_t) that runs are queued on, alive until the session is disposed; 0 has the provider make one.</summary>
    public nint Stream { get; init; }

    /// <summary>The options themselves, checked.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    public ModelCudaOptions Validated()
    {
        OptionRange.Check(Device, 0, DeviceMax, nameof(Device));
        if (MemoryBytesMax is { } bytes) OptionRange.Check(bytes, 1, MemoryBytesLimit, nameof(MemoryBytesMax));
        if (!Enum.IsDefined(Arena)) throw new ArgumentOutOfRangeException(nameof(Arena), Arena, "expected Doubling or Exact");
        return this;
    }
}
