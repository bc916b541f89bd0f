namespace Rubato;

/// <summary>Sizes, names and .NET types of element types.</summary>
internal static class ModelElementTypes
{
    // In the order of the enumeration; 0 bytes: no fixed size, or not read.
    private static readonly (string Text, int Bytes)[] Types =
    [
        ("undefined", 0), ("float32", 4), ("uint8", 1), ("int8", 1), ("uint16", 2), ("int16", 2), ("int32", 4), ("int64", 8), ("string", 0),
        ("bool", 1), ("float16", 2), ("float64", 8), ("uint32", 4), ("uint64", 8), ("complex64", 0), ("complex128", 0), ("bfloat16", 2),
    ];

    public static string Text(this ModelElementType type) => (uint)type < (uint)Types.Length ? Types[(int)type].Text : $"type {(int)type}";

    /// <summary>Bytes of one element; 0 for text and for types that are not read.</summary>
    public static int Bytes(this ModelElementType type) => (uint)type < (uint)Types.Length ? Types[(int)type].Bytes : 0;

    /// <summary>Whether T holds elements of this type.</summary>
    public static bool IsHeldBy<T>(this ModelElementType type) where T : unmanaged => type switch
    {
        ModelElementType.BFloat16 => typeof(T) == typeof(ushort),
        _ => type == Of<T>(),
    };

    /// <summary>The element type whose values a .NET type holds.</summary>
    /// <exception cref="NotSupportedException">None.</exception>
    public static ModelElementType Of<T>() where T : unmanaged
        => typeof(T) == typeof(float) ? ModelElementType.Float32
        : typeof(T) == typeof(long) ? ModelElementType.Int64
        : typeof(T) == typeof(int) ? ModelElementType.Int32
        : typeof(T) == typeof(double) ? ModelElementType.Float64
        : typeof(T) == typeof(bool) ? ModelElementType.Bool
        : typeof(T) == typeof(byte) ? ModelElementType.UInt8
        : typeof(T) == typeof(sbyte) ? ModelElementType.Int8
        : typeof(T) == typeof(ushort) ? ModelElementType.UInt16
        : typeof(T) == typeof(short) ? ModelElementType.Int16
        : typeof(T) == typeof(uint) ? ModelElementType.UInt32
        : typeof(T) == typeof(ulong) ? ModelElementType.UInt64
        : typeof(T) == typeof(Half) ? ModelElementType.Float16
        : throw new NotSupportedException($"{typeof(T)} is not the type of a tensor's elements");
}
