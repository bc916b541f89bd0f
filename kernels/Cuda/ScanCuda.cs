using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>The scan contract on a device: the first matrix it sees is copied there and stays.</summary>
/// <remarks>
/// For one matrix that stays where it is, and callers that take turns: another matrix replaces the first. A matrix without an int8 copy is
/// scanned in fp32. When the device fails, the fallback answers this request and all that follow.
/// </remarks>
public sealed class ScanCuda : IScanKernel, IDisposable
{
    private const string Prefix = "cuda-";

    private readonly Lock _lane = new();
    private readonly IDevice _device;
    private readonly string _kind;
    private readonly IScanKernel _fallback;
    private readonly Action<DeviceException> _onLost;
    private IDisposable? _owned;
    private DeviceRows? _rows;
    private nint _address;
    private int _length;
    private bool _lost;

    /// <param name="device">the device; stays the caller's</param>
    /// <param name="name">one of <see cref="Names"/></param>
    /// <param name="fallback">answers what the device cannot</param>
    /// <param name="onLost">hears, once, that the device has failed</param>
    /// <exception cref="ArgumentException">There is no variant of that name.</exception>
    internal ScanCuda(IDevice device, string name, IScanKernel fallback, Action<DeviceException> onLost)
    {
        if (Array.IndexOf(Names, name) < 0) throw new ArgumentException($"there is no variant \"{name}\"; the names are {string.Join(", ", Names)}", nameof(name));
        (_device, _kind, _fallback, _onLost) = (device, name[Prefix.Length..], fallback, onLost);
    }

    /// <summary>The variants' names.</summary>
    public static string[] Names { get; } = [Prefix + "int8", Prefix + "fp16", Prefix + "fp32"];

    /// <inheritdoc/>
    public string Name => Prefix + _kind;

    /// <inheritdoc/>
    public bool ReadsCodes => _kind == "int8";

    /// <summary>Opens GPU 0 for a variant.</summary>
    /// <param name="name">one of <see cref="Names"/></param>
    /// <param name="fallback">answers what the device cannot, and everything once it has failed</param>
    /// <param name="onLost">hears, once, that the device has failed</param>
    /// <param name="driver">driver library to load; null takes the system's</param>
    /// <exception cref="ArgumentException">There is no variant of that name.</exception>
    /// <exception cref="DeviceException">There is no usable driver or GPU.</exception>
    public static ScanCuda Open(string name, IScanKernel fallback, Action<DeviceException> onLost, string? driver = null)
    {
        CudaDevice device = CudaDevice.Open(new CudaApi(driver), 0, EmbeddedKernels.Own(), new CubinCache(CubinCache.DefaultFolder));
        return new ScanCuda(device, name, fallback, onLost) { _owned = device };
    }

    /// <inheritdoc/>
    public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
    {
        Guard.Scan(request, rows.Length, scores.Length);
        if (Volatile.Read(ref _lost)) return _fallback.Scan(request, workspace, rows, scores);
        lock (_lane)
        {
            try
            {
                if (!_lost) return new DeviceScan(Resident(request.Items), _fallback).Scan(request, workspace, rows, scores);
            }
            catch (DeviceException problem)
            {
                Volatile.Write(ref _lost, true);
                _onLost(problem);
            }
        }
        return _fallback.Scan(request, workspace, rows, scores);
    }

    /// <summary>Gives back the rows, and the device where <see cref="Open"/> opened it.</summary>
    public void Dispose()
    {
        _rows?.Dispose();
        _owned?.Dispose();
    }

    private unsafe DeviceRows Resident(in ItemMatrix items)
    {
        // SAFETY: the address is compared, never followed.
        nint address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(items.Values));
        if (_rows is not null && _address == address && _length == items.Values.Length && _rows.Dimension == items.Dimension) return _rows;
        _rows?.Dispose();
        _rows = null;
        _rows = _kind switch
        {
            "int8" when items.Quantised.Rows > 0 => new DeviceRowsInt8(_device, items),
            "fp16" => new DeviceRowsHalf(_device, items),
            _ => new DeviceRowsSingle(_device, items),
        };
        (_address, _length) = (address, items.Values.Length);
        return _rows;
    }
}
