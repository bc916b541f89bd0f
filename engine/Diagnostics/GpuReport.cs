namespace Rubato;

/// <summary>What became of the kernels on a GPU.</summary>
/// <param name="Name">the device's name</param>
/// <param name="DriverVersion">CUDA version that the driver knows, major.minor</param>
/// <param name="Architecture">such as sm_90</param>
/// <param name="FreeBytes">device memory free at the start</param>
/// <param name="CopyGigaBytes">10⁹ bytes read and written per second by a copy inside the device's memory, in the same run</param>
/// <param name="Kernels">every kernel as the driver compiled it</param>
/// <param name="Variants">every use of them against the reference</param>
public sealed record GpuReport(string Name, string DriverVersion, string Architecture, long FreeBytes, double CopyGigaBytes,
    IReadOnlyList<GpuKernelReport> Kernels, IReadOnlyList<VariantReport> Variants);
