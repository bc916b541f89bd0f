using System.Reflection;

namespace Rubato.KernelCompiler;

/// <summary>One kernel to compile.</summary>
/// <param name="Entry">name of the entry point and of the PTX file</param>
/// <param name="Method">the explicitly grouped kernel: one blittable parameter struct</param>
/// <param name="BlockThreads">threads of every block it is launched with</param>
/// <param name="BlocksMin">blocks that a multiprocessor is to have room for, which limits the registers of a thread; null leaves it to the driver's compiler</param>
internal sealed record KernelSource(string Entry, MethodInfo Method, int BlockThreads, int? BlocksMin)
{
    public static KernelSource Of<TParameters>(string entry, Action<TParameters> kernel, int blockThreads, int? blocksMin = null) where TParameters : unmanaged =>
        new(entry, kernel.Method, blockThreads, blocksMin);
}
