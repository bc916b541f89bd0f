using Rubato.Kernels.Cuda;

namespace Rubato.Kernels.Allocation;

/// <summary>The pass on a CUDA device, which holds the edges of one problem at a time.</summary>
/// <remarks>
/// Passes that want second derivatives, and everything after a failure of the device, run on the CPU. Ranges of several threads take turns on
/// the device. The sums differ from the CPU's in the last digits (<see cref="DeviceOracle"/>), so prices do too; certificates hold in any case.
/// </remarks>
internal sealed class OracleCuda : IOracleKernel, IDisposable
{
    /// <summary>Name of the variant.</summary>
    public const string VariantName = "cuda-double";

    private readonly CudaExecutor _device;
    private readonly IOracleKernel _fallback;
    private readonly Lock _gate = new();
    private DeviceOracle? _oracle;
    private EdgeSlices? _edges;
    private string? _lost;

    /// <param name="device">disposed with the kernel</param>
    /// <param name="fallback">the CPU's variant</param>
    public OracleCuda(CudaExecutor device, IOracleKernel fallback)
    {
        _device = device;
        _fallback = fallback;
    }

    /// <summary>The variant; after a failure also what took over, and why.</summary>
    public string Name => _lost is null ? VariantName : $"{VariantName}, then {_fallback.Name}: {_lost}";

    /// <inheritdoc/>
    public bool IsDouble => true;

    /// <summary>Opens the first usable device.</summary>
    /// <exception cref="NotSupportedException">There is none; the message says why.</exception>
    public static OracleCuda Open(IOracleKernel fallback)
    {
        try
        {
            return new OracleCuda(CudaExecutor.Open(CudaOptions.FromEnvironment()), fallback);
        }
        catch (DeviceException failure)
        {
            throw new NotSupportedException($"variant \"{VariantName}\" cannot run here: {failure.Message}");
        }
    }

    /// <inheritdoc/>
    public void Evaluate(EdgeSlices edges, OraclePrices prices, int firstSlice, int endSlice, OracleSums sums)
    {
        if (_lost is null && sums.Curvature is not { Wanted: true })
        {
            try
            {
                lock (_gate)
                {
                    if (_edges != edges) Take(edges);
                    _oracle!.Evaluate(prices, firstSlice, endSlice, sums); // adds to the sums at its end, when nothing can fail any more
                }
                return;
            }
            catch (DeviceException failure)
            {
                _lost = failure.Message;
            }
        }
        _fallback.Evaluate(edges, prices, firstSlice, endSlice, sums);
    }

    /// <summary>Frees the device's memory. No pass may be running, or run again.</summary>
    public void Dispose()
    {
        _oracle?.Dispose();
        _device.Dispose();
    }

    private void Take(EdgeSlices edges)
    {
        _oracle?.Dispose();
        (_oracle, _edges) = (null, null);
        _oracle = new DeviceOracle(_device, edges);
        _edges = edges;
    }
}
