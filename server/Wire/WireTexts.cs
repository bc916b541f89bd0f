using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Rubato.Wire;

/// <summary>Texts as bytes: each behind its length in bytes, 4 bytes little-endian; UTF-8. The data of tensors of texts.</summary>
public static class WireTexts
{
    private const int LengthBytes = sizeof(uint);
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes texts.</summary>
    /// <exception cref="ArgumentException">A text holds half of a surrogate pair, or they have more bytes than an array.</exception>
    public static byte[] Write(IReadOnlyList<string> texts)
    {
        long bytes = Bytes(texts);
        if (bytes > Array.MaxLength) throw new ArgumentException($"{bytes} bytes of texts (expected at most {Array.MaxLength})", nameof(texts));
        byte[] data = new byte[bytes];
        int at = 0;
        foreach (string text in texts)
        {
            int length = Strict.GetBytes(text, data.AsSpan(at + LengthBytes));
            BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(at), (uint)length);
            at += LengthBytes + length;
        }
        return data;
    }

    /// <summary>Bytes that <see cref="Write"/> makes of texts.</summary>
    /// <exception cref="ArgumentException">A text holds half of a surrogate pair.</exception>
    public static long Bytes(IReadOnlyList<string> texts)
    {
        long bytes = 0;
        foreach (string text in texts) bytes += LengthBytes + Strict.GetByteCount(text);
        return bytes;
    }

    /// <summary>Reads exactly so many texts.</summary>
    /// <param name="data">nothing may be left of it</param> <param name="count">what the shape says; looked at before anything is allocated</param>
    /// <param name="texts">empty where it fails</param>
    /// <returns>null, or what is wrong, with the element named</returns>
    public static string? Read(ReadOnlySpan<byte> data, long count, out string[] texts)
    {
        texts = [];
        if (count < 0 || count > data.Length / LengthBytes) return $"{data.Length} bytes for {count} texts (expected {LengthBytes} bytes of length before each)";
        var read = new string[count];
        for (int i = 0; i < read.Length; i++)
        {
            if (data.Length < LengthBytes) return $"text {i}: the data ends before its length";
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(data);
            data = data[LengthBytes..];
            if (length > (uint)data.Length) return $"text {i}: {length} bytes (expected at most {data.Length}, which are left)";
            ReadOnlySpan<byte> text = data[..(int)length];
            if (!Utf8.IsValid(text)) return $"text {i}: not UTF-8";
            read[i] = Encoding.UTF8.GetString(text);
            data = data[(int)length..];
        }
        if (data.Length > 0) return $"{data.Length} bytes behind the last text";
        texts = read;
        return null;
    }
}
