using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Rubato;

/// <summary>Reads the arrays of an .npz file as tensors, of any rank and any numeric type: what numpy.savez writes.</summary>
/// <remarks><see cref="NpyFile"/> streams large vectors of few types; this takes small test data of all.</remarks>
internal static class NpzFile
{
    private const long ArrayBytesMax = 1 << 30;
    private const int HeaderBytesMax = 65_535;

    private static readonly (string Text, ModelElementType Type)[] Types =
    [
        ("<f4", ModelElementType.Float32), ("<f8", ModelElementType.Float64), ("<f2", ModelElementType.Float16), ("|b1", ModelElementType.Bool),
        ("|u1", ModelElementType.UInt8), ("|i1", ModelElementType.Int8), ("<u2", ModelElementType.UInt16), ("<i2", ModelElementType.Int16),
        ("<u4", ModelElementType.UInt32), ("<i4", ModelElementType.Int32), ("<u8", ModelElementType.UInt64), ("<i8", ModelElementType.Int64),
    ];

    /// <exception cref="ModelException">Missing, damaged, or an array that is not little-endian numbers in C order.</exception>
    public static Dictionary<string, ModelTensor> Read(string path)
    {
        try
        {
            using ZipArchive archive = ZipFile.OpenRead(path);
            var tensors = new Dictionary<string, ModelTensor>(StringComparer.Ordinal);
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                string name = entry.FullName.EndsWith(".npy", StringComparison.Ordinal) ? entry.FullName[..^4] : entry.FullName;
                using Stream stream = entry.Open();
                if (!tensors.TryAdd(name, Read(stream, path, name))) throw new ModelException(path, $"array '{name}' appears twice");
            }
            return tensors;
        }
        catch (InvalidDataException failure)
        {
            throw new ModelException(path, $"not a whole .npz file, which is a zip archive of .npy files: {DataFileException.Describe(failure)}", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(path, DataFileException.Describe(failure), failure);
        }
    }

    private static ModelTensor Read(Stream stream, string path, string name)
    {
        Span<byte> head = stackalloc byte[12];
        stream.ReadExactly(head[..10]);
        if (head[0] != 0x93 || !head[1..].StartsWith("NUMPY"u8)) throw Error("not an .npy array");
        int bytes = head[8] | head[9] << 8;
        if (head[6] > 1)
        {
            stream.ReadExactly(head[10..]);
            bytes |= head[10] << 16 | head[11] << 24;
        }
        if ((uint)bytes > HeaderBytesMax) throw Error($"a header of {(uint)bytes} bytes (expected at most {HeaderBytesMax})");
        var text = new byte[bytes];
        stream.ReadExactly(text);
        string header = Encoding.ASCII.GetString(text);
        if (Field("fortran_order") != "False") throw Error("Fortran order (expected C order)");
        string description = Field("descr").Trim('\'', '"');
        (string _, ModelElementType type) = Types.FirstOrDefault(known => known.Text == description);
        if (type == ModelElementType.Undefined) throw Error($"element type '{description}' (expected {string.Join(", ", Types.Select(known => known.Text))})");
        var tensor = Sized(type, Field("shape"));
        stream.ReadExactly(tensor.Bytes);
        if (stream.ReadByte() >= 0) throw Error("bytes after the last element");
        return tensor;

        string Field(string key)
        {
            int at = header.IndexOf($"'{key}':", StringComparison.Ordinal);
            if (at < 0) throw Error($"the header lacks {key}");
            string rest = header[(at + key.Length + 3)..].TrimStart();
            int end = rest.StartsWith('(') ? rest.IndexOf(')') + 1 : rest.IndexOf(',');
            return end > 0 ? rest[..end] : throw Error($"the header's {key} does not end");
        }

        ModelTensor Sized(ModelElementType element, string shape)
        {
            string[] parts = shape.Trim('(', ')').Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var dimensions = new long[parts.Length];
            for (int i = 0; i < parts.Length; i++)
                if (!long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out dimensions[i])) throw Error($"shape {shape}");
            if (!ModelTensor.TryCount(dimensions, out long elements) || elements > ArrayBytesMax / element.Bytes())
                throw Error($"shape {shape} (expected at most {ArrayBytesMax} bytes)");
            return new ModelTensor(element, dimensions);
        }

        ModelException Error(string problem) => new(path, $"array '{name}': {problem}");
    }
}
