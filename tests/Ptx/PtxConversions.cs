namespace Rubato.Tests.Ptx;

/// <summary>Conversions of <c>cvt</c>; sources are raw bits cut to their type.</summary>
internal static class PtxConversions
{
    /// <returns>null where the conversion is not known</returns>
    public static Func<ulong, ulong>? Of(PtxType to, PtxType from, string rounding) => (to.IsFloat, from.IsFloat, rounding) switch
    {
        // Integers: extended by the sign of the source, cut to the destination.
        (false, false, "") => bits => (ulong)from.Extend(bits) & to.Mask,
        (true, false, "rn") => FromInteger(to, from),
        (false, true, "rni" or "rzi" or "rmi" or "rpi") => ToInteger(to, from, rounding),
        (true, true, "") when to.Bits > from.Bits => Widen(to, from),
        (true, true, "rn") when to.Bits < from.Bits => Narrow(to, from),
        _ => null,
    };

    private static Func<ulong, ulong>? FromInteger(PtxType to, PtxType from) => (to.Bits, from.IsSigned) switch
    {
        (32, true) => bits => PtxFloats.F((float)from.Extend(bits)),
        (32, false) => bits => PtxFloats.F((float)bits),
        (64, true) => bits => PtxFloats.D((double)from.Extend(bits)),
        (64, false) => bits => PtxFloats.D((double)bits),
        _ => null,
    };

    /// <summary>To the nearest integer that the type holds; what is not a number becomes 0.</summary>
    private static Func<ulong, ulong> ToInteger(PtxType to, PtxType from, string rounding) => bits =>
    {
        double value = from.Bits == 32 ? PtxFloats.F(bits) : PtxFloats.D(bits);
        double rounded = rounding switch
        {
            "rni" => Math.Round(value, MidpointRounding.ToEven),
            "rzi" => Math.Truncate(value),
            "rmi" => Math.Floor(value),
            _ => Math.Ceiling(value),
        };
        if (double.IsNaN(rounded)) return 0;
        if (!to.IsSigned) return rounded <= 0 ? 0 : rounded >= Math.ScaleB(1, to.Bits) ? to.Mask : (ulong)rounded;
        double limit = Math.ScaleB(1, to.Bits - 1);
        return (rounded >= limit ? to.Mask >> 1 : rounded < -limit ? (to.Mask >> 1) + 1 : (ulong)(long)rounded) & to.Mask;
    };

    private static Func<ulong, ulong>? Widen(PtxType to, PtxType from) => (to.Bits, from.Bits) switch
    {
        (32, 16) => bits => PtxFloats.F((float)BitConverter.UInt16BitsToHalf((ushort)bits)),
        (64, 32) => bits => PtxFloats.D(PtxFloats.F(bits)),
        _ => null,
    };

    private static Func<ulong, ulong>? Narrow(PtxType to, PtxType from) => (to.Bits, from.Bits) switch
    {
        (16, 32) => bits => BitConverter.HalfToUInt16Bits((Half)PtxFloats.F(bits)),
        (32, 64) => bits => PtxFloats.F((float)PtxFloats.D(bits)),
        _ => null,
    };
}
