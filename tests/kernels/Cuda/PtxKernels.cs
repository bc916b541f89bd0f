using System.Collections.Concurrent;
using Rubato.Kernels.Cuda;
using Rubato.Tests.Ptx;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>Runs the committed PTX, by the interpreter, on the memory of a fake driver: launches as the driver layer makes them.</summary>
internal sealed class PtxKernels(FakeDriver fake)
{
    private static readonly EmbeddedKernels Kernels = EmbeddedKernels.Own();
    private static readonly ConcurrentDictionary<string, PtxProgram> Programs = [];

    /// <summary>Launches so far, by entry.</summary>
    public List<string> Launches { get; } = [];

    public unsafe void Run(FakeDriver.Launch launch)
    {
        Launches.Add(launch.Entry);
        var memory = new PtxGlobalMemory();
        List<(nint Address, long Bytes)> allocations = fake.Allocations(launch.Device);
        foreach ((nint address, long bytes) in allocations) memory.Place(address, new ReadOnlySpan<byte>((void*)address, (int)bytes));
        Programs.GetOrAdd(launch.Entry, entry => new PtxProgram(Kernels.Ptx(entry))).Launch(memory, launch.Parameters, launch.Blocks, launch.BlocksY, launch.Threads);
        foreach ((nint address, long bytes) in allocations) memory.Read(address, new Span<byte>((void*)address, (int)bytes));
    }
}
