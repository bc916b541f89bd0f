using System.Globalization;

namespace Rubato.Kernels.Cuda;

/// <summary>How devices are used.</summary>
internal sealed record CudaOptions
{
    /// <summary>Caps the device memory, in megabytes, where other programs share the device.</summary>
    public const string MemoryVariable = "RUBATO_CUDA_MEMORY_MB";

    private const long Megabyte = 1 << 20, MegabytesMax = 1 << 24;

    /// <summary>Path of the driver's library; null takes the environment variable, and without it the system's driver.</summary>
    public string? Library { get; init; }

    /// <summary>Folder of compiled kernels; null compiles them at every start.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Device memory that may be taken on each device, in bytes; less where less is free.</summary>
    public long MemoryBytesMax { get; init; } = long.MaxValue;

    /// <summary>The options of the environment.</summary>
    /// <exception cref="CudaException">A variable is out of its range.</exception>
    public static CudaOptions FromEnvironment()
    {
        long memory = long.MaxValue;
        if (Environment.GetEnvironmentVariable(MemoryVariable) is { Length: > 0 } text)
        {
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out memory) || memory is < 1 or > MegabytesMax)
                throw new CudaException($"{MemoryVariable} is {text}; it must be 1 to {MegabytesMax} megabytes");
            memory *= Megabyte;
        }
        return new CudaOptions { CacheFolder = CubinCache.DefaultFolder(), MemoryBytesMax = memory };
    }
}
