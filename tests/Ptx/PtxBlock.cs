namespace Rubato.Tests.Ptx;

/// <summary>One block of threads: its warps take turns from barrier to barrier.</summary>
internal sealed class PtxBlock
{
    private readonly PtxWarp[] _warps;

    public PtxBlock(PtxProgram program, PtxLaunch launch, int x, int y)
    {
        (Launch, X, Y) = (launch, x, y);
        Shared = new PtxSharedMemory(program.Kernel.SharedBytes);
        _warps = new PtxWarp[(launch.BlockThreads + 31) / 32];
        for (int warp = 0; warp < _warps.Length; warp++) _warps[warp] = new PtxWarp(program, this, warp, Math.Min(32, launch.BlockThreads - 32 * warp));
    }

    public PtxLaunch Launch { get; }

    public int X { get; }

    public int Y { get; }

    /// <summary>Number of the block in its grid.</summary>
    public int Index => Y * Launch.GridX + X;

    public PtxSharedMemory Shared { get; }

    public string Name => $"({X}, {Y})";

    public void Run()
    {
        while (true)
        {
            for (int warp = 0; warp < _warps.Length; warp++) _warps[Launch.Backwards ? _warps.Length - 1 - warp : warp].Run();
            int ended = _warps.Count(warp => warp.BarrierAt < 0);
            if (ended == _warps.Length) break;
            if (ended > 0) throw new PtxException($"block {Name}: {ended} of {_warps.Length} warps have returned, the others wait at a barrier");
            if (_warps.Any(warp => warp.BarrierAt != _warps[0].BarrierAt)) throw new PtxException($"block {Name}: its warps wait at different barriers");
            Shared.Barrier();
            foreach (PtxWarp warp in _warps) warp.Release();
        }
        if (_warps.Any(warp => warp.Copies.Any(groups => groups.Any(group => group.Count > 0))))
            throw new PtxException($"block {Name} ends before its asynchronous copies have been waited for");
    }
}
