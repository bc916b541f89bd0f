using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Rubato.KernelCompiler;

/// <summary>Compiles one kernel from IL to PTX; needs no device.</summary>
internal static class PtxCompiler
{
    /// <summary>The text of a module and its parameter bytes.</summary>
    public static string Compile(KernelSource source)
    {
        // A context of its own for each kernel: after a failed compilation every later one in that context fails too.
        using var context = Context.Create(builder => builder.EnableAlgorithms().Optimize(OptimizationLevel.O2).Inlining(InliningMode.Aggressive));
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(CudaArchitecture.SM_80), CudaArchitecture.SM_80, CudaInstructionSet.ISA_75, nvvmAPI: null);
        var entry = EntryPointDescription.FromExplicitlyGroupedKernel(source.Method);
        var kernel = (PTXCompiledKernel)backend.Compile(entry, new KernelSpecialization(source.BlockThreads, source.BlocksMin));
        return PtxText.Finish(kernel.PTXAssembly, kernel.Name, source.Entry);
    }
}
