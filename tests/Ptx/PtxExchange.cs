namespace Rubato.Tests.Ptx;

/// <summary>Shuffles, votes and sums between the lanes of a warp.</summary>
internal static class PtxExchange
{
    private const ulong AllLanes = 0xFFFF_FFFF;

    /// <returns>null where the instruction is another</returns>
    public static Action<PtxWarp, uint>? Decode(PtxKernel kernel, PtxInstruction source) => source.Opcode switch
    {
        "shfl" => Shuffle(kernel, source),
        "vote" => Vote(kernel, source),
        "redux" => Add(kernel, source),
        _ => null,
    };

    private static Action<PtxWarp, uint> Shuffle(PtxKernel kernel, PtxInstruction source)
    {
        if (source.Modifiers is not ["sync", var mode and ("bfly" or "up" or "down" or "idx"), "b32"] || source.Operands.Length != 5)
            throw PtxDecoder.Unknown(source);
        AllLanesOnly(source.Operands[4]);
        var word = new PtxType('b', 32);
        int destination = PtxDecoder.Destination(kernel, source.Operands[0], word);
        PtxSource[] inputs = [.. source.Operands[1..4].Select(operand => new PtxSource(kernel, operand, word))];
        return (warp, lanes) =>
        {
            ulong[] values = new ulong[32], results = new ulong[32];
            PtxDecoder.Each(lanes, lane => values[lane] = inputs[0].Get(warp, lane));
            PtxDecoder.Each(lanes, lane =>
                results[lane] = values[From(mode, lane, (int)inputs[1].Get(warp, lane) & 31, (int)inputs[2].Get(warp, lane), lanes)]);
            PtxDecoder.Each(lanes, lane => warp.Write(destination, lane, results[lane]));
        };
    }

    /// <summary>The source lane; the lane itself where the source lies outside its segment.</summary>
    private static int From(string mode, int lane, int distance, int clamp, uint lanes)
    {
        int segment = clamp >> 8 & 31, limit = (lane & segment) | (clamp & 31 & ~segment), first = lane & segment;
        int from = mode switch
        {
            "up" => lane - distance,
            "down" => lane + distance,
            "bfly" => lane ^ distance,
            _ => first | (distance & ~segment),
        };
        bool inside = mode == "up" ? from >= limit : from <= limit;
        if (!inside) return lane;
        return (lanes >> from & 1) != 0 ? from : throw new PtxException($"lane {lane} reads lane {from}, which is not there");
    }

    private static Action<PtxWarp, uint> Vote(PtxKernel kernel, PtxInstruction source)
    {
        if (source.Name != "vote.sync.ballot.b32" || source.Operands.Length != 3) throw PtxDecoder.Unknown(source);
        AllLanesOnly(source.Operands[2]);
        int destination = PtxDecoder.Destination(kernel, source.Operands[0], new PtxType('b', 32));
        var input = new PtxSource(kernel, source.Operands[1], PtxType.Predicate);
        return (warp, lanes) =>
        {
            uint votes = 0;
            PtxDecoder.Each(lanes, lane => votes |= (uint)(input.Get(warp, lane) & 1) << lane);
            PtxDecoder.Each(lanes, lane => warp.Write(destination, lane, votes));
        };
    }

    private static Action<PtxWarp, uint> Add(PtxKernel kernel, PtxInstruction source)
    {
        if (source.Name is not ("redux.sync.add.s32" or "redux.sync.add.u32") || source.Operands.Length != 3) throw PtxDecoder.Unknown(source);
        AllLanesOnly(source.Operands[2]);
        var word = new PtxType('b', 32);
        int destination = PtxDecoder.Destination(kernel, source.Operands[0], word);
        var input = new PtxSource(kernel, source.Operands[1], word);
        return (warp, lanes) =>
        {
            uint sum = 0; // wraps around
            PtxDecoder.Each(lanes, lane => sum += (uint)input.Get(warp, lane));
            PtxDecoder.Each(lanes, lane => warp.Write(destination, lane, sum));
        };
    }

    private static void AllLanesOnly(PtxOperand mask)
    {
        if (mask is not PtxOperand.Number { Value: AllLanes }) throw new PtxException("only the member mask 0xffffffff is known");
    }
}
