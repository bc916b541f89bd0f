namespace Rubato.Tests.Ptx;

/// <summary>Floating-point operations, IEEE 754, rounded to nearest even, denormals kept.</summary>
internal static class PtxFloats
{
    /// <returns>null where the operation is not known</returns>
    public static Func<ulong[], ulong>? Operation(PtxInstruction source, PtxType type)
    {
        string rounding = string.Join('.', source.Modifiers[..^1]);
        bool nearest = rounding is "rn" or "";
        return (source.Opcode, type.Bits) switch
        {
            ("add", 32) when nearest => v => F(F(v[0]) + F(v[1])),
            ("sub", 32) when nearest => v => F(F(v[0]) - F(v[1])),
            ("mul", 32) when nearest => v => F(F(v[0]) * F(v[1])),
            ("div", 32) when rounding == "rn" => v => F(F(v[0]) / F(v[1])),
            ("div", 32) when rounding == "approx" => v => F(Near(F(v[0]) / F(v[1]), upwards: (v[0] & 1) != 0)),
            ("fma", 32) when rounding == "rn" => v => F(MathF.FusedMultiplyAdd(F(v[0]), F(v[1]), F(v[2]))),
            ("sqrt", 32) when rounding == "rn" => v => F(MathF.Sqrt(F(v[0]))),
            ("min", 32) when rounding == "" => v => F(Minimum(F(v[0]), F(v[1]))),
            ("max", 32) when rounding == "" => v => F(-Minimum(-F(v[0]), -F(v[1]))),
            ("neg", 32) when rounding == "" => v => v[0] ^ 0x8000_0000,
            ("abs", 32) when rounding == "" => v => v[0] & 0x7FFF_FFFF,
            ("add", 64) when nearest => v => D(D(v[0]) + D(v[1])),
            ("sub", 64) when nearest => v => D(D(v[0]) - D(v[1])),
            ("mul", 64) when nearest => v => D(D(v[0]) * D(v[1])),
            ("div", 64) when rounding == "rn" => v => D(D(v[0]) / D(v[1])),
            ("fma", 64) when rounding == "rn" => v => D(Math.FusedMultiplyAdd(D(v[0]), D(v[1]), D(v[2]))),
            ("rcp", 64) when rounding == "rn" => v => D(1 / D(v[0])),
            ("min", 64) when rounding == "" => v => D(Minimum(D(v[0]), D(v[1]))),
            ("max", 64) when rounding == "" => v => D(-Minimum(-D(v[0]), -D(v[1]))),
            ("neg", 64) when rounding == "" => v => v[0] ^ 0x8000_0000_0000_0000,
            ("abs", 64) when rounding == "" => v => v[0] & 0x7FFF_FFFF_FFFF_FFFF,
            _ => null,
        };
    }

    public static float F(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    public static ulong F(float value) => BitConverter.SingleToUInt32Bits(value);

    public static double D(ulong bits) => BitConverter.UInt64BitsToDouble(bits);

    public static ulong D(double value) => BitConverter.DoubleToUInt64Bits(value);

    /// <summary>As far off as an approximation may be: two units in the last place.</summary>
    private static float Near(float exact, bool upwards)
    {
        if (!float.IsNormal(exact)) return exact;
        return upwards ? MathF.BitIncrement(MathF.BitIncrement(exact)) : MathF.BitDecrement(MathF.BitDecrement(exact));
    }

    /// <summary>The smaller of two; the other where one is not a number; −0 is below +0.</summary>
    private static double Minimum(double a, double b) => double.IsNaN(a) ? b : double.IsNaN(b) ? a : Math.Min(a, b);

    private static float Minimum(float a, float b) => (float)Minimum((double)a, b);
}
