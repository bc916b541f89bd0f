namespace Rubato.Server;

/// <summary>The upper half of a single, for JSON.</summary>
internal static class BFloat16
{
    /// <summary>Its value, exactly.</summary>
    public static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>The nearest one, of two as near the even one; infinite where the value is beyond all of them.</summary>
    public static ushort FromSingle(float value)
    {
        if (float.IsNaN(value)) return 0x7FC0; // rounding might carry a fraction of ones into the sign
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
