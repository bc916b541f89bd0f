using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rubato.Kernels.Cuda;

/// <summary>Device memory that is given back on disposal.</summary>
internal sealed class DeviceBuffer : IDisposable
{
    /// <summary>Copied at once: a span of bytes ends at 2 GB, one of values later.</summary>
    private const int PieceBytes = 64 << 20;

    private readonly IDevice _device;

    /// <summary>Allocates.</summary>
    /// <param name="device">where</param>
    /// <param name="bytes">at least 0; an empty buffer has address 0</param>
    /// <exception cref="DeviceException">There is not enough memory.</exception>
    public DeviceBuffer(IDevice device, long bytes)
    {
        _device = device;
        Bytes = bytes;
        Address = bytes == 0 ? 0 : device.Allocate(bytes);
    }

    /// <summary>Allocates and copies.</summary>
    /// <param name="device">where</param>
    /// <param name="values">what</param>
    /// <param name="zeros">values of zero behind them, if there are any</param>
    public static DeviceBuffer Of<T>(IDevice device, ReadOnlySpan<T> values, int zeros = 0) where T : unmanaged
    {
        int valueBytes = Unsafe.SizeOf<T>(), piece = PieceBytes / valueBytes;
        if (values.IsEmpty) zeros = 0;
        var buffer = new DeviceBuffer(device, ((long)values.Length + zeros) * valueBytes);
        try
        {
            for (int at = 0; at < values.Length; at += piece) Upload(at, values[at..Math.Min(at + piece, values.Length)]);
            if (zeros > 0) Upload(values.Length, new T[zeros]);
            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }

        void Upload(int at, ReadOnlySpan<T> part) => device.Upload(buffer.Address + (long)at * valueBytes, MemoryMarshal.AsBytes(part));
    }

    public long Address { get; private set; }

    public long Bytes { get; }

    /// <summary>Copies to the host.</summary>
    public void Download<T>(Span<T> target) where T : unmanaged => _device.Download(Address, MemoryMarshal.AsBytes(target));

    public void Dispose()
    {
        if (Address != 0) _device.Free(Address);
        Address = 0;
    }
}
