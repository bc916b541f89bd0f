using System.Numerics;

namespace Rubato.Tests.Ptx;

/// <summary>Arithmetic, logic and shifts: every lane for itself, from registers to a register.</summary>
internal static class PtxArithmetic
{
    private static readonly string[] Decoration = ["rn", "lo", "wide", "sat", "approx", "hi"];

    /// <returns>null where the instruction is another</returns>
    public static Action<PtxWarp, uint>? Decode(PtxKernel kernel, PtxInstruction source)
    {
        PtxType[] types = source.Types;
        if (source.Opcode == "dp4a") return Dp4a(kernel, source, types);
        if (types.Length != 1 || source.Modifiers.Any(m => PtxType.Parse(m) is null && Array.IndexOf(Decoration, m) < 0)) return null;
        PtxType type = types[0];
        bool wide = source.Has("wide");
        PtxType result = wide || source.Opcode is "popc" or "clz" ? wide ? new PtxType(type.Kind, 2 * type.Bits) : new PtxType('u', 32) : type;
        Func<ulong[], ulong>? operation = type.IsFloat ? PtxFloats.Operation(source, type) : PtxIntegers.Operation(source, type);
        if (operation is null) return null;
        int destination = PtxDecoder.Destination(kernel, source.Operands[0], result);
        PtxSource[] inputs = [.. source.Operands.Skip(1).Select((operand, i) => new PtxSource(kernel, operand, InputType(source, i, type)))];
        if (inputs.Length != Arity(source.Opcode)) throw new PtxException($"{inputs.Length} sources");
        return (warp, lanes) =>
        {
            ulong[] values = new ulong[inputs.Length];
            for (uint rest = lanes; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                for (int i = 0; i < inputs.Length; i++) values[i] = inputs[i].Get(warp, lane);
                warp.Write(destination, lane, operation(values) & result.Mask);
            }
        };
    }

    private static PtxType InputType(PtxInstruction source, int index, PtxType type) => source.Opcode switch
    {
        "shl" or "shr" when index == 1 => new PtxType('u', 32), // the distance of a shift is 32 bits whatever is shifted
        "mad" when index == 2 && source.Has("wide") => new PtxType(type.Kind, 2 * type.Bits),
        _ => type,
    };

    private static int Arity(string opcode) => opcode switch
    {
        "neg" or "abs" or "not" or "popc" or "clz" or "sqrt" or "rcp" => 1,
        "mad" or "fma" => 3,
        _ => 2,
    };

    /// <summary>Four products of bytes added to a 32-bit sum.</summary>
    private static Action<PtxWarp, uint> Dp4a(PtxKernel kernel, PtxInstruction source, PtxType[] types)
    {
        if (types.Length != 2 || types.Any(type => type.Bits != 32 || type.Kind is not ('u' or 's')) || source.Operands.Length != 4) throw PtxDecoder.Unknown(source);
        var word = new PtxType('b', 32);
        int destination = PtxDecoder.Destination(kernel, source.Operands[0], word);
        PtxSource[] inputs = [.. source.Operands.Skip(1).Select(operand => new PtxSource(kernel, operand, word))];
        return (warp, lanes) => PtxDecoder.Each(lanes, lane =>
        {
            ulong a = inputs[0].Get(warp, lane), b = inputs[1].Get(warp, lane);
            long sum = (long)inputs[2].Get(warp, lane);
            for (int i = 0; i < 32; i += 8) sum += Byte(a >> i, types[0]) * Byte(b >> i, types[1]);
            warp.Write(destination, lane, (uint)sum);
        });

        static long Byte(ulong value, PtxType type) => type.IsSigned ? (sbyte)value : (byte)value;
    }
}
