namespace Rubato.Kernels.Cuda;

/// <summary>What the driver's compiler made of a kernel.</summary>
/// <param name="Entry">name of the kernel</param>
/// <param name="Registers">registers of a thread</param>
/// <param name="LocalBytes">local memory of a thread: registers that were spilled, or arrays; 0 is wanted of the hot kernels</param>
/// <param name="SharedBytes">static shared memory of a block</param>
public sealed record CudaKernelUse(string Entry, int Registers, int LocalBytes, int SharedBytes);
