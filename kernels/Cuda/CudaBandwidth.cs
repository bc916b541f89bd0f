using System.Diagnostics;

namespace Rubato.Kernels.Cuda;

/// <summary>How fast a device moves bytes: the roofline of kernels that read everything once.</summary>
/// <param name="CopyGigaBytes">10⁹ bytes read and written per second by a copy within the device's memory</param>
/// <param name="UploadGigaBytes">10⁹ bytes per second from pinned memory to the device</param>
/// <param name="DownloadGigaBytes">10⁹ bytes per second from the device to pinned memory</param>
public readonly record struct CudaBandwidth(double CopyGigaBytes, double UploadGigaBytes, double DownloadGigaBytes)
{
    private const long CopyBytesMax = 1L << 30; // far above every cache
    private const int TransferBytes = 64 << 20, Rounds = 10;

    /// <summary>A device at rest runs at a fraction of its clock, and takes a while to leave it; a copy takes half a millisecond.</summary>
    private const double WarmUpSeconds = 0.3;

    /// <summary>Measures a device that is not at rest, by its own clock; the best of some rounds, since other work only ever adds time.</summary>
    /// <exception cref="CudaException">The device has too little memory, or was lost.</exception>
    internal static CudaBandwidth Measure(CudaContext context)
    {
        context.MakeCurrent();
        long bytes = Math.Min(CopyBytesMax, context.FreeBytes / 4);
        int transfer = (int)Math.Min(TransferBytes, bytes);
        using CudaStream stream = CudaStream.Create(context);
        using CudaEvent begin = CudaEvent.Create(context), end = CudaEvent.Create(context);
        using CudaBuffer<byte> source = CudaBuffer<byte>.Allocate(context, bytes, "the bandwidth test"), target = CudaBuffer<byte>.Allocate(context, bytes, "the bandwidth test");
        using HostBuffer<byte> host = HostBuffer<byte>.Allocate(context, transfer);
        source.Fill(1, stream);
        for (long begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun).TotalSeconds < WarmUpSeconds; stream.Synchronize()) target.CopyFrom(source, stream);
        return new(2 * bytes / Seconds(() => target.CopyFrom(source, stream)) * 1e-9,
            transfer / Seconds(() => source.CopyFrom(host, transfer, stream)) * 1e-9,
            transfer / Seconds(() => source.CopyTo(host, transfer, stream)) * 1e-9);

        double Seconds(Action copy)
        {
            double best = double.PositiveInfinity;
            for (int round = 0; round <= Rounds; round++)
            {
                begin.Record(stream);
                copy();
                end.Record(stream);
                end.Synchronize();
                if (round > 0) best = Math.Min(best, end.SecondsSince(begin)); // the first touches the memory
            }
            return best;
        }
    }
}
