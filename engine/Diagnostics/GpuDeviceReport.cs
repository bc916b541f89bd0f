using Rubato.Kernels.Cuda;

namespace Rubato;

/// <summary>One device.</summary>
/// <param name="Device">what it is</param>
/// <param name="Bandwidth">how fast it moves bytes</param>
/// <param name="Kernels">what the driver's compiler made of every shipped kernel</param>
public sealed record GpuDeviceReport(CudaDevice Device, CudaBandwidth Bandwidth, IReadOnlyList<CudaKernelUse> Kernels);
