namespace Rubato.Kernels.Similarity;

/// <summary>What a scan that runs on devices tells about itself, for logs and metrics.</summary>
public interface IDeviceScan
{
    /// <summary>
    /// Hears, in one line, why the CPU does what devices were to do: a device was lost, or has too little memory. Raised on the thread that
    /// noticed; the search goes on.
    /// </summary>
    event Action<string>? Degraded;

    /// <summary>The devices in use, in words.</summary>
    string Devices { get; }

    /// <summary>Why the devices are not used any more; null while they are.</summary>
    string? Lost { get; }

    /// <summary>Queries answered by the devices so far.</summary>
    long DeviceQueries { get; }

    /// <summary>Queries that the CPU answered instead so far: after a failure, or because a query's bounds do not separate its rows.</summary>
    long PassedOnQueries { get; }
}
