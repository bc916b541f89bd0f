using System.Numerics;

namespace Rubato.Tests.Ptx;

/// <summary>Moves, conversions, comparisons and selections.</summary>
internal static class PtxMoves
{
    /// <returns>null where the instruction is another</returns>
    public static Action<PtxWarp, uint>? Decode(PtxKernel kernel, PtxInstruction source) => source.Opcode switch
    {
        "mov" when source.Types is [var type] && source.Modifiers.Length == 1 => Map(kernel, source, type, [type], v => v[0]),
        "cvt" => Convert(kernel, source),
        "setp" => Compare(kernel, source),
        "selp" when source.Types is [var type] && source.Modifiers.Length == 1 =>
            Map(kernel, source, type, [type, type, PtxType.Predicate], v => v[2] != 0 ? v[0] : v[1]),
        _ => null,
    };

    private static Action<PtxWarp, uint> Map(
        PtxKernel kernel, PtxInstruction source, PtxType result, PtxType[] types, Func<ulong[], ulong> operation, bool wide = false)
    {
        if (source.Operands.Length != types.Length + 1) throw new PtxException($"{source.Operands.Length} operands");
        int destination = PtxDecoder.Destination(kernel, source.Operands[0], result, wide);
        PtxSource[] inputs = [.. types.Select((type, i) => new PtxSource(kernel, source.Operands[i + 1], type, wide))];
        return (warp, lanes) =>
        {
            ulong[] values = new ulong[inputs.Length];
            for (uint rest = lanes; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                for (int i = 0; i < inputs.Length; i++) values[i] = inputs[i].Get(warp, lane);
                warp.Write(destination, lane, operation(values));
            }
        };
    }

    private static Action<PtxWarp, uint> Compare(PtxKernel kernel, PtxInstruction source)
    {
        if (source.Modifiers is not [var comparison, _] || source.Types is not [var type]) throw PtxDecoder.Unknown(source);
        Func<ulong[], bool> holds = PtxComparisons.Of(comparison, type) ?? throw PtxDecoder.Unknown(source);
        return Map(kernel, source, PtxType.Predicate, [type, type], v => holds(v) ? 1ul : 0);
    }

    private static Action<PtxWarp, uint> Convert(PtxKernel kernel, PtxInstruction source)
    {
        if (source.Types is not [var to, var from]) throw PtxDecoder.Unknown(source);
        string rounding = string.Join('.', source.Modifiers[..^2]);
        Func<ulong, ulong> operation = PtxConversions.Of(to, from, rounding) ?? throw PtxDecoder.Unknown(source);
        return Map(kernel, source, to, [from], v => operation(v[0] & from.Mask), wide: true);
    }
}
