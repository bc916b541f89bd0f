using System.Globalization;

namespace Rubato.Kernels.Cuda;

/// <summary>Which CUDA version first knew a PTX version (release table of the PTX ISA manual: PTX 7.m came with CUDA 11.m).</summary>
internal static class PtxSupport
{
    /// <summary>CUDA version as the driver gives it: major · 1000 + minor · 10.</summary>
    /// <exception cref="DeviceException">The PTX version is none that the kernels are compiled to.</exception>
    public static int DriverVersionFor(string ptx) =>
        ptx.StartsWith("7.", StringComparison.Ordinal) && int.TryParse(ptx.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out int minor)
            ? 11_000 + 10 * minor
            : throw new DeviceException($"the manifest does not match: PTX {ptx} is unknown");
}
