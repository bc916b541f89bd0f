using System.Numerics;

namespace Rubato.Tests.Ptx;

/// <summary>Integer operations on raw bits; results are cut to the type by the caller.</summary>
internal static class PtxIntegers
{
    /// <returns>null where the operation is not known</returns>
    public static Func<ulong[], ulong>? Operation(PtxInstruction source, PtxType type)
    {
        bool signed = type.IsSigned;
        switch (source.Opcode, string.Join('.', source.Modifiers[..^1]))
        {
            case ("add", ""): return v => v[0] + v[1];
            case ("sub", ""): return v => v[0] - v[1];
            case ("mul", "lo"): return v => v[0] * v[1];
            case ("mul", "wide"): return v => (ulong)(type.Extend(v[0]) * type.Extend(v[1]));
            case ("mul", "hi") when type.Bits == 32: return v => (ulong)((Int128)type.Extend(v[0]) * type.Extend(v[1]) >> 32);
            case ("mad", "lo"): return v => v[0] * v[1] + v[2];
            case ("mad", "wide"): return v => (ulong)(type.Extend(v[0]) * type.Extend(v[1])) + v[2];
            case ("div", ""): return v => Divided(v, signed, type, remainder: false);
            case ("rem", ""): return v => Divided(v, signed, type, remainder: true);
            case ("min", ""): return v => Less(v[0], v[1], type) ? v[0] : v[1];
            case ("max", ""): return v => Less(v[0], v[1], type) ? v[1] : v[0];
            case ("neg", ""): return v => 0 - v[0];
            case ("abs", ""): return v => (ulong)Math.Abs(type.Extend(v[0]));
            case ("and", ""): return v => v[0] & v[1];
            case ("or", ""): return v => v[0] | v[1];
            case ("xor", ""): return v => v[0] ^ v[1];
            case ("not", ""): return type.Kind == 'p' ? v => v[0] ^ 1 : v => ~v[0];
            case ("popc", ""): return v => (ulong)BitOperations.PopCount(v[0]);
            case ("clz", ""): return v => (ulong)(BitOperations.LeadingZeroCount(v[0]) - (64 - type.Bits));
            // Distances beyond the width act like the width.
            case ("shl", ""): return v => v[1] >= (ulong)type.Bits ? 0 : v[0] << (int)v[1];
            case ("shr", ""): return v => Shifted(v[0], (int)Math.Min(v[1], (ulong)type.Bits), type);
            default: return null;
        }
    }

    private static ulong Shifted(ulong value, int distance, PtxType type) =>
        type.IsSigned ? (ulong)(type.Extend(value) >> Math.Min(distance, 63)) : distance >= type.Bits ? 0 : value >> distance;

    private static ulong Divided(ulong[] v, bool signed, PtxType type, bool remainder)
    {
        if (v[1] == 0) throw new PtxException("division by zero");
        if (signed) return (ulong)(remainder ? type.Extend(v[0]) % type.Extend(v[1]) : type.Extend(v[0]) / type.Extend(v[1]));
        return remainder ? v[0] % v[1] : v[0] / v[1];
    }

    private static bool Less(ulong a, ulong b, PtxType type) => type.IsSigned ? type.Extend(a) < type.Extend(b) : a < b;
}
