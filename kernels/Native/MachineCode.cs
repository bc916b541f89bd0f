using Iced.Intel;

namespace Rubato.Kernels.Native;

/// <summary>Turns what an assembler has recorded into bytes.</summary>
internal static class MachineCode
{
    /// <summary>Position-independent code: all references are relative, so the address does not matter.</summary>
    public static byte[] Assemble(Assembler assembler)
    {
        using var stream = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(stream), rip: 0);
        return stream.ToArray();
    }
}
