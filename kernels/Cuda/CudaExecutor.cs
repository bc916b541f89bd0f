namespace Rubato.Kernels.Cuda;

/// <summary>A device on which one thing happens after the other: memory by address, copies that wait, launches by name.</summary>
/// <remarks>What checks kernels and long passes need; the scan of a server has its own pipeline (<see cref="ScanSlot"/>). Not safe for concurrent use.</remarks>
internal sealed class CudaExecutor : IDevice, IDisposable
{
    private const int StagingBytes = 8 << 20;
    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly HostBuffer<byte> _staging;
    private readonly EmbeddedKernels _kernels = EmbeddedKernels.Own();
    private readonly CubinCache _cache;
    private readonly Dictionary<string, IDisposable> _loaded = new(StringComparer.Ordinal);
    private readonly Dictionary<long, CudaBuffer<byte>> _memory = [];

    private CudaExecutor(CudaContext context, string? cacheFolder)
    {
        _context = context;
        _cache = new CubinCache(cacheFolder);
        _stream = CudaStream.Create(context);
        try
        {
            _staging = HostBuffer<byte>.Allocate(context, StagingBytes);
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => _context.Device.Name;

    /// <inheritdoc/>
    public int Multiprocessors => _context.Device.Multiprocessors;

    /// <summary>Opens the first usable device.</summary>
    /// <exception cref="DeviceException">There is none; the message says why.</exception>
    public static CudaExecutor Open(CudaOptions options)
    {
        CudaDriver driver = CudaDriver.Open(options.Library);
        var refused = new List<string>();
        for (int ordinal = 0; ordinal < driver.DeviceCount; ordinal++)
        {
            try
            {
                using CudaContext context = CudaContext.Open(driver, driver.Describe(ordinal), options.MemoryBytesMax);
                return new CudaExecutor(context, options.CacheFolder); // its stream and memory hold the context open
            }
            catch (CudaException failure)
            {
                refused.Add(failure.Message);
            }
        }
        throw new CudaException(string.Join("; ", refused));
    }

    /// <inheritdoc/>
    public long Allocate(long bytes)
    {
        _context.MakeCurrent();
        CudaBuffer<byte> buffer = CudaBuffer<byte>.Allocate(_context, bytes, "a pass over the device's data");
        _memory.Add(buffer.Address, buffer);
        return buffer.Address;
    }

    /// <inheritdoc/>
    public void Free(long address)
    {
        if (_memory.Remove(address, out CudaBuffer<byte>? buffer)) buffer.Dispose();
    }

    /// <inheritdoc/>
    public void Upload(long address, ReadOnlySpan<byte> source)
    {
        (CudaBuffer<byte> buffer, long offset) = Find(address);
        for (int at = 0; at < source.Length; at += StagingBytes)
        {
            ReadOnlySpan<byte> part = source[at..Math.Min(at + StagingBytes, source.Length)];
            part.CopyTo(_staging.Span);
            buffer.CopyFrom(_staging, part.Length, _stream, offset + at);
            _stream.Synchronize();
        }
    }

    /// <inheritdoc/>
    public void Download(long address, Span<byte> target)
    {
        (CudaBuffer<byte> buffer, long offset) = Find(address);
        for (int at = 0; at < target.Length; at += StagingBytes)
        {
            Span<byte> part = target[at..Math.Min(at + StagingBytes, target.Length)];
            buffer.CopyTo(_staging, part.Length, _stream, offset + at);
            _stream.Synchronize();
            _staging.Span[..part.Length].CopyTo(part);
        }
    }

    /// <inheritdoc/>
    public void Launch<TParameters>(string entry, int gridX, int gridY, in TParameters parameters) where TParameters : unmanaged
    {
        _context.MakeCurrent();
        if (!_loaded.TryGetValue(entry, out IDisposable? kernel))
            _loaded.Add(entry, kernel = CudaKernel<TParameters>.Load(_context, _kernels, entry, _cache));
        ((CudaKernel<TParameters>)kernel).Launch(_stream, gridX, parameters, gridY);
    }

    /// <summary>Frees kernels and memory, also memory that was not given back.</summary>
    public void Dispose()
    {
        foreach (IDisposable kernel in _loaded.Values) kernel.Dispose();
        foreach (CudaBuffer<byte> buffer in _memory.Values) buffer.Dispose();
        _staging.Dispose();
        _stream.Dispose();
    }

    private (CudaBuffer<byte> Buffer, long Offset) Find(long address)
    {
        _context.MakeCurrent();
        if (_memory.TryGetValue(address, out CudaBuffer<byte>? whole)) return (whole, 0);
        foreach (CudaBuffer<byte> buffer in _memory.Values)
            if (address > buffer.Address && address < buffer.Address + buffer.Length) return (buffer, address - buffer.Address);
        throw new ArgumentOutOfRangeException(nameof(address), address, "lies in no allocation");
    }
}
