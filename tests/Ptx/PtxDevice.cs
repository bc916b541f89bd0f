using System.Runtime.InteropServices;
using Rubato.Kernels.Cuda;

namespace Rubato.Tests.Ptx;

/// <summary>A device that interprets the embedded PTX, with every check of the interpreter on.</summary>
/// <param name="backwards">blocks and warps run in the opposite order</param>
internal sealed class PtxDevice(bool backwards = false) : IDevice
{
    private static readonly Dictionary<string, PtxProgram> Programs = [];
    private static readonly EmbeddedKernels Kernels = EmbeddedKernels.Own();

    private readonly PtxGlobalMemory _memory = new();

    public string Name => "interpreter";

    public int Multiprocessors => 1;

    /// <summary>Launches so far, by entry.</summary>
    public List<string> Launches { get; } = [];

    /// <summary>What the launches of each entry asked of memory; null counts nothing.</summary>
    public Dictionary<string, PtxTraffic>? Traffic { get; init; }

    public long Allocate(long bytes) => _memory.Allocate(bytes);

    public void Free(long address) => _memory.Free(address);

    public void Upload(long address, ReadOnlySpan<byte> source) => _memory.Write(address, source);

    public void Download(long address, Span<byte> target) => _memory.Read(address, target);

    public void Launch<TParameters>(string entry, int gridX, int gridY, in TParameters parameters) where TParameters : unmanaged
    {
        Launches.Add(entry);
        PtxProgram program;
        lock (Programs)
        {
            if (!Programs.TryGetValue(entry, out program!)) Programs.Add(entry, program = new PtxProgram(Kernels.Ptx(entry)));
        }
        program.Launch(_memory, MemoryMarshal.AsBytes(new ReadOnlySpan<TParameters>(in parameters)), gridX, gridY, Kernels.Entry(entry).BlockThreads, backwards, Counted(entry));
    }

    private PtxTraffic? Counted(string entry)
    {
        if (Traffic is null) return null;
        if (!Traffic.TryGetValue(entry, out PtxTraffic? traffic)) Traffic.Add(entry, traffic = new PtxTraffic());
        return traffic;
    }
}
