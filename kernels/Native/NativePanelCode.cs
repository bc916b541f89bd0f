using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Native;

/// <summary>Assembled panel code.</summary>
internal sealed unsafe class NativePanelCode(ExecutableMemory memory, bool interleaved) : PanelCode
{
    public override bool Interleaved => interleaved;

    public override void Run(PanelArguments* arguments)
    {
        // SAFETY: the code follows the System V convention, reads and writes what PanelArguments describes, and the memory is held here
        ((delegate* unmanaged<PanelArguments*, void>)memory.Address)(arguments);
        GC.KeepAlive(memory);
    }
}
