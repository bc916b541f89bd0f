namespace Rubato.Kernels.Cuda;

/// <summary>The CUDA driver refused a call, or what it needs is missing; the message names the call, the error and the device.</summary>
/// <param name="message">one line</param>
/// <param name="result">what the call returned; success where no call failed</param>
public sealed class CudaException(string message, CudaResult result = CudaResult.Success) : DeviceException(message)
{
    /// <summary>What the call returned; <see cref="CudaResult.Success"/> where no call failed.</summary>
    public CudaResult Result { get; } = result;

    /// <summary>Whether there was too little memory, which leaves the device usable.</summary>
    public bool IsOutOfMemory => Result == CudaResult.OutOfMemory;
}
