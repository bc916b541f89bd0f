using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>Reads the records of a file once, front to back.</summary>
internal sealed class RecordScanner(ILedgerFile file, string path)
{
    private const int MarkBytes = 24;

    private readonly byte[] _buffer = new byte[Math.Clamp(file.Length, 2 * RecordFrame.PayloadBytesMax, 1 << 20)];

    public delegate void Taker(ReadOnlySpan<byte> payload);

    /// <summary>Hands every record to take, and returns the place of the first byte that is not part of a whole record: the length, if all are.</summary>
    /// <exception cref="LedgerException">take threw InvalidDataException: the record contradicts those before it.</exception>
    public long Scan(Taker take)
    {
        long start = LedgerHeader.Bytes; // place of _buffer[0]
        int held = 0;
        while (true)
        {
            int read = file.Read(_buffer.AsSpan(held), start + held);
            held += read;
            int used = Take(_buffer.AsSpan(0, held), start, take, out bool broken);
            if (broken || read == 0) return start + used;
            _buffer.AsSpan(used, held - used).CopyTo(_buffer);
            start += used;
            held -= used;
        }
    }

    /// <summary>Whether a batch after this place was written when the place was durable already: then what is wrong there is no torn tail.</summary>
    public bool ProvedDurable(long place)
    {
        const int FrameBytes = RecordFrame.HeaderBytes + MarkBytes;
        for (long start = place; ; start += _buffer.Length - FrameBytes + 1)
        {
            Span<byte> bytes = _buffer.AsSpan(0, file.Read(_buffer, start));
            for (int at = 0; at + FrameBytes <= bytes.Length; at++)
            {
                Span<byte> frame = bytes.Slice(at, FrameBytes);
                if (BinaryPrimitives.ReadInt32LittleEndian(frame) != MarkBytes || frame[RecordFrame.HeaderBytes] != (byte)RecordKind.Mark) continue;
                if (RecordFrame.IsWhole(frame) && MemoryMarshal.Read<LedgerRecords.Mark>(frame[RecordFrame.HeaderBytes..]).SyncedBytes > place) return true;
            }
            if (bytes.Length < _buffer.Length) return false;
        }
    }

    private int Take(ReadOnlySpan<byte> bytes, long start, Taker take, out bool broken)
    {
        int used = 0;
        broken = false;
        while (bytes.Length - used >= RecordFrame.HeaderBytes)
        {
            int payloadBytes = RecordFrame.PayloadBytes(bytes[used..]);
            broken = payloadBytes < 0;
            if (broken || bytes.Length - used - RecordFrame.HeaderBytes < payloadBytes) break;
            ReadOnlySpan<byte> frame = bytes.Slice(used, RecordFrame.HeaderBytes + payloadBytes);
            broken = !RecordFrame.IsWhole(frame);
            if (broken) break;
            try
            {
                take(frame[RecordFrame.HeaderBytes..]);
            }
            catch (InvalidDataException contradiction)
            {
                throw new LedgerException(path, contradiction.Message, contradiction, start + used);
            }
            used += frame.Length;
        }
        return used;
    }
}
