using System.Reflection;

namespace Rubato.KernelCompiler;

/// <summary>One kernel to compile.</summary>
/// <param name="Entry">name of the entry point and of the PTX file</param>
/// <param name="Method">the explicitly grouped kernel: one blittable parameter struct</param>
/// <param name="BlockThreads">threads of every block it is launched with</param>
internal sealed record KernelSource(string Entry, MethodInfo Method, int BlockThreads)
{
    public static KernelSource Of<TParameters>(string entry, Action<TParameters> kernel, int blockThreads) where TParameters : unmanaged =>
        new(entry, kernel.Method, blockThreads);
}
