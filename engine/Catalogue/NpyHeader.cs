using System.Buffers.Binary;
using System.Text;

namespace Rubato;

/// <summary>What the head of an .npy file says: element type, shape, and where the data begins.</summary>
/// <param name="Element">type of one element</param>
/// <param name="Dimensions">1 or 2</param>
/// <param name="Rows">first number of the shape</param>
/// <param name="Columns">second number of the shape, 1 for a 1-D array</param>
/// <param name="DataOffset">byte at which the elements begin</param>
internal readonly record struct NpyHeader(NpyElement Element, int Dimensions, long Rows, long Columns, int DataOffset)
{
    /// <summary>Longest header text that is read; numpy's own for these types has about 100 bytes.</summary>
    public const int TextBytesMax = 65_535;

    private const int Alignment = 64;
    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    public long Length => Rows * Columns;

    public string Shape => Dimensions == 1 ? $"({Rows},)" : $"({Rows}, {Columns})";

    /// <summary>Reads the head and checks that the file holds exactly the elements it announces.</summary>
    public static NpyHeader Read(Stream stream, string path)
    {
        Span<byte> prefix = stackalloc byte[12];
        int got = stream.ReadAtLeast(prefix[..10], 10, throwOnEndOfStream: false);
        if (got < 10 || !prefix.StartsWith(Magic))
            throw new NpyException(path, "byte 0: not an .npy file (expected \\x93NUMPY and a version)");
        int prefixBytes = 10;
        long textBytes = BinaryPrimitives.ReadUInt16LittleEndian(prefix[8..]);
        if (prefix[6] is 2 or 3)
        {
            if (stream.ReadAtLeast(prefix[10..], 2, throwOnEndOfStream: false) < 2)
                throw new NpyException(path, "byte 10: the file ends within the header length");
            prefixBytes = 12;
            textBytes = BinaryPrimitives.ReadUInt32LittleEndian(prefix[8..]);
        }
        else if (prefix[6] != 1)
        {
            throw new NpyException(path, $"byte 6: format version {prefix[6]}.{prefix[7]} (expected 1.0, 2.0 or 3.0)");
        }
        if (prefix[7] != 0)
            throw new NpyException(path, $"byte 7: format version {prefix[6]}.{prefix[7]} (expected 1.0, 2.0 or 3.0)");
        if (textBytes > TextBytesMax)
            throw new NpyException(path, $"byte 8: a header of {textBytes} bytes (expected at most {TextBytesMax})");
        byte[] text = new byte[textBytes];
        if (stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false) < text.Length)
            throw new NpyException(path, $"byte {prefixBytes}: the file ends within its header of {textBytes} bytes");
        NpyHeader header = new NpyHeaderParser(text, path, prefixBytes).Parse();

        UInt128 expected = (UInt128)(ulong)header.Rows * (ulong)header.Columns * (ulong)header.Element.Bytes() + (ulong)header.DataOffset;
        if (expected != (ulong)stream.Length)
            throw new NpyException(path, $"the file has {stream.Length} bytes, {header.Element.Description()} {header.Shape} needs exactly {expected}");
        return header;
    }

    /// <summary>The bytes of a version 1.0 head, padded so that the data begins at a multiple of 64.</summary>
    public byte[] Format()
    {
        string text = $"{{'descr': '{Element.Description()}', 'fortran_order': False, 'shape': {Shape}, }}";
        int headBytes = (10 + text.Length + 1 + Alignment - 1) / Alignment * Alignment;
        byte[] head = new byte[headBytes];
        head.AsSpan().Fill((byte)' ');
        Magic.CopyTo(head);
        head[6] = 1;
        head[7] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(8), (ushort)(headBytes - 10));
        Encoding.ASCII.GetBytes(text, head.AsSpan(10));
        head[^1] = (byte)'\n';
        return head;
    }
}
