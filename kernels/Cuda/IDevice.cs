namespace Rubato.Kernels.Cuda;

/// <summary>What the kernels' callers need of a device: memory, copies and launches, in order.</summary>
/// <remarks>Launches and copies run one after the other. Kernels come from the embedded PTX; tests bring a device that interprets it.</remarks>
internal interface IDevice
{
    /// <summary>Name for reports.</summary>
    string Name { get; }

    /// <summary>Multiprocessors, to size grids by.</summary>
    int Multiprocessors { get; }

    /// <summary>Memory at a multiple of 256 bytes; its contents are undefined.</summary>
    /// <exception cref="DeviceException">There is not enough.</exception>
    long Allocate(long bytes);

    /// <summary>Gives memory back.</summary>
    void Free(long address);

    /// <summary>Host to device.</summary>
    void Upload(long address, ReadOnlySpan<byte> source);

    /// <summary>Device to host; waits for what was launched before.</summary>
    void Download(long address, Span<byte> target);

    /// <summary>Launches a kernel of the manifest with blocks of its size.</summary>
    /// <param name="entry">name of the kernel</param>
    /// <param name="gridX">blocks, at least 1</param>
    /// <param name="gridY">1 to 65,535</param>
    /// <param name="parameters">its parameter struct</param>
    void Launch<TParameters>(string entry, int gridX, int gridY, in TParameters parameters) where TParameters : unmanaged;
}
