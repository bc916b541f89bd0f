using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>Reads and writes whole .npy files: little-endian f2, f4, f8, i4 and i8, C order, 1-D or 2-D.</summary>
public static class NpyFile
{
    private const int ChunkElements = 1 << 20; // bytes of a chunk fit an int, whatever the array's size

    /// <summary>Reads a whole array.</summary>
    /// <typeparam name="T">Half (f2), float (f4), double (f8), int (i4) or long (i8)</typeparam>
    /// <param name="path">the file</param>
    /// <param name="dimensions">1 or 2 to insist on that number of dimensions; 0 takes either</param>
    /// <param name="rows">the number of rows wanted, or −1 for any</param>
    /// <param name="columns">the number of columns wanted, or −1 for any</param>
    /// <param name="widenHalf">with T = float: also accept f2 and convert it, which is exact</param>
    /// <exception cref="NpyException">The file is missing or damaged, or of another type or shape.</exception>
    public static NpyArray<T> Read<T>(string path, int dimensions = 0, long rows = -1, long columns = -1, bool widenHalf = false)
        where T : unmanaged
    {
        using var reader = new NpyReader<T>(path, widenHalf);
        reader.RequireShape(dimensions == 0 ? reader.Dimensions : dimensions, rows, columns);
        if (reader.Length > Array.MaxLength || reader.Rows > int.MaxValue || reader.Columns > int.MaxValue)
            throw new NpyException(path, $"{reader.Rows} × {reader.Columns} elements (expected at most {Array.MaxLength} to be read at once)");
        T[] values = GC.AllocateUninitializedArray<T>((int)reader.Length);
        reader.Read(values);
        return new NpyArray<T>(values, reader.Dimensions, (int)reader.Rows, (int)reader.Columns);
    }

    /// <summary>Writes a 1-D array, replacing the file.</summary>
    /// <param name="path">the file</param> <param name="values">[rows]</param>
    /// <exception cref="IOException">The file could not be written.</exception>
    public static void Write<T>(string path, ReadOnlySpan<T> values) where T : unmanaged
        => Write(path, values, dimensions: 1, columns: 1);

    /// <summary>Writes a 2-D array, replacing the file.</summary>
    /// <param name="path">the file</param> <param name="values">[rows, columns], row-major</param> <param name="columns">1 or more</param>
    /// <exception cref="ArgumentException">values is not a whole number of rows.</exception>
    /// <exception cref="IOException">The file could not be written.</exception>
    public static void Write<T>(string path, ReadOnlySpan<T> values, int columns) where T : unmanaged
        => Write(path, values, dimensions: 2, columns);

    private static void Write<T>(string path, ReadOnlySpan<T> values, int dimensions, int columns) where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (values.Length % columns != 0)
            throw new ArgumentException($"{values.Length} values are not a whole number of rows of {columns}", nameof(values));
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException(".npy files are written on little-endian machines only");
        var header = new NpyHeader(NpyElements.Of<T>(), dimensions, values.Length / columns, columns, DataOffset: 0);
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1);
        stream.Write(header.Format());
        while (!values.IsEmpty)
        {
            ReadOnlySpan<T> chunk = values[..Math.Min(values.Length, ChunkElements)];
            stream.Write(MemoryMarshal.AsBytes(chunk));
            values = values[chunk.Length..];
        }
    }
}
