namespace Rubato.Kernels.Cuda;

/// <summary>Who may use a device.</summary>
public enum CudaComputeMode
{
    /// <summary>Any number of processes.</summary>
    Shared = 0,

    /// <summary>Nobody.</summary>
    Prohibited = 2,

    /// <summary>One process at a time.</summary>
    ExclusiveProcess = 3,
}
