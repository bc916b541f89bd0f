using System.Buffers.Binary;
using System.Text;

namespace Rubato.Tests;

/// <summary>A second reader of payloads, from PROTOCOL.md alone: a block of fixed fields, then arrays at multiples of 64 bytes.</summary>
internal ref struct PlainPayload
{
    private readonly ReadOnlySpan<byte> _payload;
    private int _offset;

    public PlainPayload(ReadOnlySpan<byte> payload, int blockBytes)
    {
        _payload = payload;
        _offset = U16(0);
        Assert.Equal(blockBytes, _offset);
    }

    public readonly byte U8(int at) => _payload[at];

    public readonly ushort U16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_payload[at..]);

    public readonly uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_payload[at..]);

    public readonly ulong U64(int at) => BinaryPrimitives.ReadUInt64LittleEndian(_payload[at..]);

    public readonly long I64(int at) => BinaryPrimitives.ReadInt64LittleEndian(_payload[at..]);

    public string Text(uint bytes) => Encoding.UTF8.GetString(Take((int)bytes));

    public byte[] Bytes(uint count) => Take((int)count).ToArray();

    public float[] Floats(uint count) => Each(count, 4, BinaryPrimitives.ReadSingleLittleEndian);

    public double[] Doubles(uint count) => Each(count, 8, BinaryPrimitives.ReadDoubleLittleEndian);

    public long[] Longs(uint count) => Each(count, 8, BinaryPrimitives.ReadInt64LittleEndian);

    public uint[] UInts(uint count) => Each(count, 4, BinaryPrimitives.ReadUInt32LittleEndian);

    private delegate T Reader<T>(ReadOnlySpan<byte> bytes);

    private T[] Each<T>(uint count, int bytes, Reader<T> read)
    {
        var values = new T[count];
        ReadOnlySpan<byte> array = Take((int)count * bytes);
        for (int i = 0; i < values.Length; i++) values[i] = read(array[(i * bytes)..]);
        return values;
    }

    private ReadOnlySpan<byte> Take(int bytes)
    {
        ReadOnlySpan<byte> array = _payload.Slice(_offset, bytes);
        _offset += PlainFrame.Padded(bytes);
        return array;
    }
}
