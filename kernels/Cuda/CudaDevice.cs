namespace Rubato.Kernels.Cuda;

/// <summary>A GPU: one context, one stream, its kernels. One thread at a time submits; the stream keeps the order.</summary>
internal sealed unsafe class CudaDevice : IDevice, IDisposable
{
    /// <summary>Architecture that the PTX was compiled for: major · 10 + minor.</summary>
    private const int ArchitectureMin = 80;

    private const int MultiprocessorsAttribute = 16, MajorAttribute = 75, MinorAttribute = 76;

    /// <summary>Bytes of each of the two pinned buffers that copies go through: one is filled while the other is under way.</summary>
    private const int StagingBytes = 8 << 20;

    private readonly CudaApi _api;
    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly PinnedHostMemory[] _staging;
    private readonly CudaEvent[] _copied;
    private readonly EmbeddedKernels _kernels;
    private readonly CubinCache _cache;
    private readonly Dictionary<string, CudaModule> _modules = [];
    private int _next;

    private CudaDevice(CudaApi api, int device, EmbeddedKernels kernels, CubinCache cache, int driver, int architecture)
    {
        (_api, _kernels, _cache, DriverVersion, Architecture) = (api, kernels, cache, driver, architecture);
        Name = api.DeviceName(device);
        Multiprocessors = api.Attribute(MultiprocessorsAttribute, device);
        _context = CudaContext.Retain(api, device);
        _context.Enter();
        _stream = CudaStream.Create(api);
        _staging = [new(api, StagingBytes), new(api, StagingBytes)];
        _copied = [CudaEvent.Create(api), CudaEvent.Create(api)];
    }

    public string Name { get; }

    public int Multiprocessors { get; }

    /// <summary>CUDA version that the driver knows: major · 1000 + minor · 10.</summary>
    public int DriverVersion { get; }

    /// <summary>Compute capability: major · 10 + minor.</summary>
    public int Architecture { get; }

    /// <summary>Opens a device.</summary>
    /// <param name="api">the driver</param>
    /// <param name="ordinal">number of the device, from 0</param>
    /// <param name="kernels">the kernels to run</param>
    /// <param name="cache">compiled kernels</param>
    /// <exception cref="DeviceException">
    /// There is no such device, the driver is too old for the PTX, the device is below sm_80, or another process has it to itself.
    /// </exception>
    public static CudaDevice Open(CudaApi api, int ordinal, EmbeddedKernels kernels, CubinCache cache)
    {
        api.Check(api.Init(0), "starting the CUDA driver");
        int version, count, device;
        api.Check(api.DriverGetVersion(&version), "asking for the driver's version");
        int needed = PtxSupport.DriverVersionFor(kernels.Manifest.PtxVersion);
        if (version < needed) throw new DeviceException($"the CUDA driver is too old: it knows CUDA {Text(version)}, PTX {kernels.Manifest.PtxVersion} needs {Text(needed)}");
        api.Check(api.DeviceGetCount(&count), "counting devices");
        if (ordinal >= count) throw new DeviceException($"there is no GPU {ordinal}: the driver sees {count}");
        api.Check(api.DeviceGet(&device, ordinal), $"opening GPU {ordinal}");
        int architecture = api.Attribute(MajorAttribute, device) * 10 + api.Attribute(MinorAttribute, device);
        if (architecture < ArchitectureMin)
            throw new DeviceException($"GPU {ordinal}, {api.DeviceName(device)}, is sm_{architecture}; the kernels need sm_{ArchitectureMin} or later");
        return new CudaDevice(api, device, kernels, cache, version, architecture);
    }

    /// <summary>Bytes that can still be allocated.</summary>
    public long FreeBytes
    {
        get
        {
            _context.Enter();
            nuint free, total;
            _api.Check(_api.MemGetInfo(&free, &total), "asking for free memory");
            return (long)free;
        }
    }

    public long Allocate(long bytes)
    {
        _context.Enter();
        long address;
        int status = _api.MemAlloc(&address, (nuint)bytes);
        if (status != 0) throw new DeviceException($"allocating {bytes} bytes on {Name} failed: {_api.StatusName(status)}; {FreeBytes} bytes are free");
        return address;
    }

    /// <remarks>A device that has failed has nothing to give back: no exception here hides the one that told so.</remarks>
    public void Free(long address)
    {
        if (_api.ContextSetCurrent(_context.Value) == 0) _ = _api.MemFree(address);
    }

    public void Upload(long address, ReadOnlySpan<byte> source)
    {
        _context.Enter();
        for (int first = 0; first < source.Length; first += StagingBytes)
        {
            ReadOnlySpan<byte> piece = source.Slice(first, Math.Min(StagingBytes, source.Length - first));
            int buffer = Turn();
            piece.CopyTo(_staging[buffer].Span);
            _api.Check(_api.CopyToDevice(address + first, _staging[buffer].Address, (nuint)piece.Length, _stream.Value), "copying to the device");
            _copied[buffer].Record(_stream);
        }
    }

    public void Download(long address, Span<byte> target)
    {
        _context.Enter();
        for (int first = 0; first < target.Length; first += StagingBytes)
        {
            Span<byte> piece = target.Slice(first, Math.Min(StagingBytes, target.Length - first));
            int buffer = Turn();
            _api.Check(_api.CopyToHost(_staging[buffer].Address, address + first, (nuint)piece.Length, _stream.Value), "copying from the device");
            _stream.Synchronize();
            _staging[buffer].Span[..piece.Length].CopyTo(piece);
        }
    }

    public void Launch<TParameters>(string entry, int gridX, int gridY, in TParameters parameters) where TParameters : unmanaged
    {
        _context.Enter();
        CudaModule module = Module(entry);
        KernelEntry known = _kernels.Entry(entry);
        if (sizeof(TParameters) != known.ParameterBytes)
            throw new DeviceException($"the manifest does not match: {entry} takes {known.ParameterBytes} parameter bytes, not {sizeof(TParameters)}");
        fixed (TParameters* values = &parameters)
        {
            void* argument = values; // SAFETY: the driver copies ParameterBytes from here before it returns
            _api.Check(
                _api.LaunchKernel(module.Function, (uint)gridX, (uint)gridY, 1, (uint)known.BlockThreads, 1, 1, 0, _stream.Value, &argument, null),
                $"launching {entry}");
        }
    }

    /// <summary>The loaded kernel; loads it when it is first asked for.</summary>
    public CudaModule Module(string entry)
    {
        if (_modules.TryGetValue(entry, out CudaModule? module)) return module;
        _context.Enter();
        string ptx = _kernels.Ptx(entry), key = $"{entry}-cuda{DriverVersion}-sm{Architecture}-{_kernels.Entry(entry).PtxHash[..16]}";
        byte[] Compile() => CudaModule.Compile(_api, ptx, entry);
        try
        {
            module = CudaModule.Load(_api, _cache.Get(key, Compile), entry);
        }
        catch (DeviceException)
        {
            _cache.Drop(key); // a file of another machine, or half a file: once more, from the PTX
            module = CudaModule.Load(_api, _cache.Get(key, Compile), entry);
        }
        _modules.Add(entry, module);
        return module;
    }

    /// <summary>Bytes read and written per second by a copy inside the device's memory: what memory-bound kernels are measured by.</summary>
    public double CopyBytesPerSecond(long bytes, int rounds)
    {
        using DeviceBuffer from = new(this, bytes), to = new(this, bytes);
        using CudaEvent begun = CudaEvent.Create(_api), ended = CudaEvent.Create(_api);
        double best = double.PositiveInfinity;
        for (int round = 0; round < rounds; round++)
        {
            begun.Record(_stream);
            _api.Check(_api.CopyOnDevice(to.Address, from.Address, (nuint)bytes, _stream.Value), "copying on the device");
            ended.Record(_stream);
            ended.Synchronize();
            best = Math.Min(best, ended.SecondsSince(begun));
        }
        return 2.0 * bytes / best;
    }

    public void Dispose()
    {
        foreach (CudaModule module in _modules.Values) module.Dispose();
        foreach (CudaEvent copied in _copied) copied.Dispose();
        foreach (PinnedHostMemory staging in _staging) staging.Dispose();
        _stream.Dispose();
        _context.Dispose();
    }

    /// <summary>The staging buffer whose turn it is, free again.</summary>
    private int Turn()
    {
        _next ^= 1;
        _copied[_next].Synchronize();
        return _next;
    }

    private static string Text(int version) => $"{version / 1000}.{version % 1000 / 10}";
}
