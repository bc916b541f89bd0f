using System.Buffers;

namespace Rubato.Tests.Support;

/// <summary>Bytes cut into the pieces of a sequence, as a network may deliver them.</summary>
internal sealed class Segments : ReadOnlySequenceSegment<byte>
{
    private Segments(ReadOnlyMemory<byte> piece, Segments? before)
    {
        Memory = piece;
        if (before is null) return;
        RunningIndex = before.RunningIndex + before.Memory.Length;
        before.Next = this;
    }

    /// <summary>One sequence of these pieces; pieces may be empty.</summary>
    public static ReadOnlySequence<byte> Of(params IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        Segments? first = null, last = null;
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            last = new Segments(piece, last);
            first ??= last;
        }
        return first is null ? default : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    /// <summary>Two pieces, cut in front of byte <paramref name="at"/>.</summary>
    public static ReadOnlySequence<byte> Split(ReadOnlyMemory<byte> bytes, int at) => Of(bytes[..at], bytes[at..]);

    /// <summary>A piece for every byte.</summary>
    public static ReadOnlySequence<byte> OneByOne(ReadOnlyMemory<byte> bytes) =>
        Of(Enumerable.Range(0, bytes.Length).Select(i => bytes.Slice(i, 1)));

    /// <summary>Pieces of random length, some of them empty.</summary>
    public static ReadOnlySequence<byte> Chopped(ReadOnlyMemory<byte> bytes, Random random, int pieceBytesMax)
    {
        var pieces = new List<ReadOnlyMemory<byte>>();
        for (int at = 0; at < bytes.Length;)
        {
            int length = Math.Min(random.Next(pieceBytesMax + 1), bytes.Length - at);
            pieces.Add(bytes.Slice(at, length));
            at += length;
        }
        return Of(pieces);
    }
}
