namespace Rubato.Kernels.Cuda;

/// <summary>The results of driver calls that we tell apart (CUresult); the driver names the others.</summary>
public enum CudaResult
{
    /// <summary>The call succeeded.</summary>
    Success = 0,

    /// <summary>An argument was out of its range.</summary>
    InvalidValue = 1,

    /// <summary>The device, or the pinned part of the host's memory, is full.</summary>
    OutOfMemory = 2,

    /// <summary>The device is held by another process in exclusive mode, or closed to all.</summary>
    DeviceUnavailable = 46,

    /// <summary>The driver runs, but shows no device.</summary>
    NoDevice = 100,

    /// <summary>A module is neither PTX nor machine code that the driver knows.</summary>
    InvalidImage = 200,

    /// <summary>The module holds nothing for this device.</summary>
    NoBinaryForGpu = 209,

    /// <summary>The just-in-time compiler refused the PTX.</summary>
    InvalidPtx = 218,

    /// <summary>The driver is older than the PTX version.</summary>
    UnsupportedPtxVersion = 222,

    /// <summary>A name was not found in a module.</summary>
    NotFound = 500,
}
