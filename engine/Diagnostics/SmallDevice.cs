using Rubato.Kernels.Cuda;

namespace Rubato;

/// <summary>A device that says it has one multiprocessor, so that few blocks share the work and each goes through many tiles, as with many rows.</summary>
internal sealed class SmallDevice(IDevice device) : IDevice
{
    public string Name => device.Name;

    public int Multiprocessors => 1;

    public long Allocate(long bytes) => device.Allocate(bytes);

    public void Free(long address) => device.Free(address);

    public void Upload(long address, ReadOnlySpan<byte> source) => device.Upload(address, source);

    public void Download(long address, Span<byte> target) => device.Download(address, target);

    public void Launch<TParameters>(string entry, int gridX, int gridY, in TParameters parameters) where TParameters : unmanaged =>
        device.Launch(entry, gridX, gridY, parameters);
}
