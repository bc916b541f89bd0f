namespace Rubato.Kernels.Cuda;

/// <summary>What a device is.</summary>
/// <param name="Ordinal">its place among the devices that the driver shows</param>
/// <param name="Handle">the driver's number for it</param>
/// <param name="Name">such as NVIDIA H200</param>
/// <param name="Major">compute capability before the point</param>
/// <param name="Minor">compute capability after the point</param>
/// <param name="MemoryBytes">memory of the device</param>
/// <param name="Multiprocessors">streaming multiprocessors</param>
/// <param name="ComputeMode">who may use it</param>
/// <param name="DriverVersion">version of CUDA that the driver supports: 1000 · major + 10 · minor</param>
public sealed record CudaDevice(
    int Ordinal, int Handle, string Name, int Major, int Minor, long MemoryBytes, int Multiprocessors, CudaComputeMode ComputeMode, int DriverVersion)
{
    /// <summary>Numbers of CUdevice_attribute.</summary>
    internal const int MultiprocessorsAttribute = 16, ComputeModeAttribute = 20, MajorAttribute = 75, MinorAttribute = 76;

    /// <summary>Compute capability that the shipped PTX is made for: 8.0, Ampere.</summary>
    internal const int TargetMin = 80;

    /// <summary>Compute capability: 10 · major + minor.</summary>
    public int Target => 10 * Major + Minor;

    /// <summary>Why our kernels cannot run on it, as far as its description tells; null where they can.</summary>
    public string? Reason =>
        Target < TargetMin ? $"{Name} has compute capability {Major}.{Minor}; {TargetMin / 10}.{TargetMin % 10} or higher is needed"
        : ComputeMode == CudaComputeMode.Prohibited ? $"{Name} is in compute mode prohibited (nvidia-smi -c 0 opens it)"
        : null;
}
