namespace Rubato;

/// <summary>The element types of the .npy files that Rubato reads and writes; all little-endian.</summary>
internal enum NpyElement
{
    Float16,
    Float32,
    Float64,
    Int32,
    Int64,
}

internal static class NpyElements
{
    // In the order of the enumeration.
    private static readonly string[] Descriptions = ["<f2", "<f4", "<f8", "<i4", "<i8"];

    public static string Description(this NpyElement element) => Descriptions[(int)element];

    public static int Bytes(this NpyElement element) => Descriptions[(int)element][2] - '0';

    public static bool TryParse(string description, out NpyElement element)
    {
        int index = Array.IndexOf(Descriptions, description);
        element = (NpyElement)index;
        return index >= 0;
    }

    public static NpyElement Of<T>() where T : unmanaged
        => typeof(T) == typeof(Half) ? NpyElement.Float16
        : typeof(T) == typeof(float) ? NpyElement.Float32
        : typeof(T) == typeof(double) ? NpyElement.Float64
        : typeof(T) == typeof(int) ? NpyElement.Int32
        : typeof(T) == typeof(long) ? NpyElement.Int64
        : throw new NotSupportedException($"{typeof(T)} is not an .npy element type: use Half, float, double, int or long");
}
