using System.Text;

namespace Rubato.Tests.Support;

/// <summary>Writes protobuf messages, to make small models.</summary>
internal sealed class ProtoWriter
{
    private readonly MemoryStream _bytes = new();

    public byte[] ToArray() => _bytes.ToArray();

    public ProtoWriter Number(int field, long value) => Varint(((ulong)field << 3) | 0).Varint((ulong)value);

    public ProtoWriter Bytes(int field, byte[] bytes)
    {
        Varint(((ulong)field << 3) | 2).Varint((ulong)bytes.Length);
        _bytes.Write(bytes);
        return this;
    }

    public ProtoWriter Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    public ProtoWriter Message(int field, ProtoWriter message) => Bytes(field, message.ToArray());

    private ProtoWriter Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _bytes.WriteByte((byte)(value | 0x80));
        _bytes.WriteByte((byte)value);
        return this;
    }
}
