using ILGPU.Runtime.Cuda;

namespace Rubato.KernelCompiler;

/// <summary>Values that are computed where it is written and kept: the compiler computes pure values anew wherever they are used.</summary>
internal static class Kept
{
    public static uint Of(uint value)
    {
        CudaAsm.Emit("mov.b32 %0, %1;", out uint kept, value);
        return kept;
    }
}
