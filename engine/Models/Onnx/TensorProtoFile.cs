using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Rubato;

/// <summary>Reads a file that holds one ONNX TensorProto, as test data of models does.</summary>
internal static class TensorProtoFile
{
    /// <exception cref="ModelException">Missing, damaged, or a tensor of a type that is not held.</exception>
    public static (string Name, ModelTensor Tensor) Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(path, DataFileException.Describe(failure), failure);
        }
        return Parse(bytes, path);
    }

    /// <param name="bytes">the message</param> <param name="path">its file, for messages</param>
    public static (string Name, ModelTensor Tensor) Parse(ReadOnlySpan<byte> bytes, string path)
    {
        string name = "";
        var type = ModelElementType.Undefined;
        var shape = new List<long>();
        var strings = new List<string>();
        var values = new List<ulong>(); // of the typed fields, each as its bits
        ReadOnlySpan<byte> raw = default;
        bool isRaw = false;
        var reader = new ProtobufReader(bytes, 0, path);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: foreach (ulong dimension in Numbers(reader, wire: 0)) shape.Add((long)dimension); break;
                case 2: type = (ModelElementType)reader.Number; break;
                case 4: values.AddRange(Numbers(reader, wire: 5)); break;
                case 5 or 7 or 11: values.AddRange(Numbers(reader, wire: 0)); break;
                case 6: strings.Add(Encoding.UTF8.GetString(reader.Bytes)); break;
                case 8: name = Encoding.UTF8.GetString(reader.Bytes); break;
                case 9:
                    raw = reader.Bytes;
                    isRaw = true;
                    break;
                case 10: values.AddRange(Numbers(reader, wire: 1)); break;
            }
        }
        try
        {
            if (type == ModelElementType.String) return (name, new ModelTensor([.. shape], [.. strings]));
            var tensor = new ModelTensor(type, [.. shape]);
            if (isRaw && raw.Length == tensor.Bytes.Length) raw.CopyTo(tensor.Bytes);
            else if (!isRaw && values.Count == tensor.Length) Store(values, type, tensor.Bytes);
            else throw new ModelException(path, $"{(isRaw ? raw.Length : values.Count)} {(isRaw ? "bytes" : "values")} for a tensor {tensor}");
            return (name, tensor);
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            throw new ModelException(path, $"tensor '{name}': {DataFileException.Describe(failure)}", failure);
        }
    }

    // One number, or several packed into one field.
    private static List<ulong> Numbers(ProtobufReader reader, int wire)
    {
        if (reader.Wire == wire) return [reader.Number];
        var numbers = new List<ulong>();
        ReadOnlySpan<byte> packed = reader.Bytes;
        if (wire == 0)
        {
            for (ProtobufReader varints = reader.Message(); !varints.AtEnd;) numbers.Add(varints.Varint());
        }
        else if (wire == 5)
        {
            foreach (uint number in MemoryMarshal.Cast<byte, uint>(packed)) numbers.Add(number);
        }
        else
        {
            foreach (ulong number in MemoryMarshal.Cast<byte, ulong>(packed)) numbers.Add(number);
        }
        return numbers;
    }

    // The lower bytes of each value are the element: integers are sign-extended, halves stand in the lower 16 bits.
    private static void Store(List<ulong> values, ModelElementType type, Span<byte> bytes)
    {
        int size = type.Bytes();
        Span<byte> whole = stackalloc byte[8];
        for (int i = 0; i < values.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(whole, values[i]);
            whole[..size].CopyTo(bytes[(i * size)..]);
        }
    }
}
