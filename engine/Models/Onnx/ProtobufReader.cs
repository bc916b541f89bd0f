using System.Buffers.Binary;

namespace Rubato;

/// <summary>Walks the fields of one protobuf message. Every complaint names the byte in the file.</summary>
/// <param name="message">the message's bytes</param> <param name="offset">where they begin in the file</param> <param name="path">the file</param>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message, long offset, string path)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    /// <summary>Number of the field last read.</summary>
    public int Field { get; private set; }

    /// <summary>How it is written: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes.</summary>
    public int Wire { get; private set; }

    /// <summary>Its value where it is a number.</summary>
    public ulong Number { get; private set; }

    /// <summary>Its bytes where it is a text, a message or packed numbers.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Where <see cref="Bytes"/> begin in the file.</summary>
    public long BytesOffset { get; private set; }

    /// <summary>Reads the next field; false at the end of the message.</summary>
    /// <exception cref="ModelException">The bytes are not protobuf, or end too soon.</exception>
    public bool Next()
    {
        if (_at == _message.Length) return false;
        int start = _at;
        ulong key = Varint();
        (Field, Wire) = ((int)Math.Min(key >> 3, int.MaxValue), (int)(key & 7));
        if (Field == 0) throw Error(start, "field number 0");
        switch (Wire)
        {
            case 0: Number = Varint(); break;
            case 1: Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8)); break;
            case 5: Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4)); break;
            case 2:
                ulong length = Varint();
                BytesOffset = offset + _at;
                Bytes = Take(length);
                break;
            default: throw Error(start, $"field of unknown kind {Wire}");
        }
        return true;
    }

    /// <summary>The field last read as a message.</summary>
    public readonly ProtobufReader Message()
    {
        if (Wire != 2) throw Error(_at, $"field {Field} is not a message");
        return new ProtobufReader(Bytes, BytesOffset, path);
    }

    /// <summary>A varint of packed numbers, or of the message itself.</summary>
    /// <exception cref="ModelException">It does not end within the message, or in ten bytes.</exception>
    public ulong Varint()
    {
        ulong value = 0;
        int start = _at;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (_at == _message.Length) throw Error(start, "ends within a number");
            byte part = _message[_at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
        throw Error(start, "a number of more than ten bytes");
    }

    /// <summary>Whether every byte has been read.</summary>
    public readonly bool AtEnd => _at == _message.Length;

    private ReadOnlySpan<byte> Take(ulong bytes)
    {
        if (bytes > (ulong)(_message.Length - _at))
            throw Error(_at, $"field {Field} has {bytes} bytes where {_message.Length - _at} are left");
        ReadOnlySpan<byte> taken = _message.Slice(_at, (int)bytes);
        _at += (int)bytes;
        return taken;
    }

    private readonly ModelException Error(int at, string problem) => new(path, $"byte {offset + at}: {problem}: truncated, damaged, or not ONNX");
}
