namespace Rubato.Kernels.Cuda;

/// <summary>A device cannot be used, or can no longer; the CPU has to take over.</summary>
public class DeviceException : Exception
{
    /// <param name="message">what failed, with the driver's name of the status</param>
    public DeviceException(string message) : base(message) { }

    /// <param name="message">what failed</param>
    /// <param name="cause">why</param>
    public DeviceException(string message, Exception cause) : base(message, cause) { }
}
