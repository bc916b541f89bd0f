namespace Rubato.Tests.Ptx;

/// <summary>Asynchronous copies from global to shared memory (<c>cp.async</c>): they arrive when their group is waited for, not before.</summary>
internal static class PtxCopies
{
    /// <returns>null where the instruction is another</returns>
    public static Action<PtxWarp, uint>? Decode(PtxKernel kernel, PtxInstruction source)
    {
        if (source.Opcode != "cp") return null;
        return (source.Name, source.Operands) switch
        {
            ("cp.async.cg.shared.global" or "cp.async.ca.shared.global", [_, _, PtxOperand.Number { Value: 16 }]) => Begin(kernel, source),
            ("cp.async.commit_group", []) => (warp, lanes) => PtxDecoder.Each(lanes, lane => warp.Copies[lane].Add([])),
            ("cp.async.wait_group", [PtxOperand.Number open]) => (warp, lanes) => PtxDecoder.Each(lanes, lane => Wait(warp, lane, (int)open.Value)),
            _ => throw PtxDecoder.Unknown(source),
        };
    }

    private static Action<PtxWarp, uint> Begin(PtxKernel kernel, PtxInstruction source)
    {
        Func<PtxWarp, int, long> to = PtxAccess.Address(kernel, source.Operands[0]), from = PtxAccess.Address(kernel, source.Operands[1]);
        return PtxAccess.Counted(source, "global", from, 16, PtxAccess.Counted(source, "shared", to, 16, (warp, lanes) => PtxDecoder.Each(lanes, lane =>
        {
            byte[] data = warp.Block.Launch.Memory.Bytes(from(warp, lane), 16, warp.Block.Index);
            warp.Copies[lane][^1].Add((warp.Block.Shared.Begin(to(warp, lane), 16), data));
        })));
    }

    /// <summary>Until at most so many of the newest committed groups are open.</summary>
    private static void Wait(PtxWarp warp, int lane, int open)
    {
        List<List<(int At, byte[] Data)>> groups = warp.Copies[lane];
        while (groups.Count - 1 > open) // the last group is not committed yet
        {
            foreach ((int at, byte[] data) in groups[0]) warp.Block.Shared.Complete(at, data, warp.Thread(lane));
            groups.RemoveAt(0);
        }
    }
}
