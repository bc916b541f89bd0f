using System.Buffers;

namespace Rubato.Bench;

/// <summary>A received buffer in two pieces.</summary>
internal sealed class Pieces : ReadOnlySequenceSegment<byte>
{
    private Pieces(ReadOnlyMemory<byte> memory, long start)
    {
        Memory = memory;
        RunningIndex = start;
    }

    /// <summary>The bytes before <paramref name="split"/> and those from there on, each in memory of its own.</summary>
    public static ReadOnlySequence<byte> Of(ReadOnlyMemory<byte> bytes, int split)
    {
        var first = new Pieces(bytes[..split].ToArray(), 0);
        var second = new Pieces(bytes[split..].ToArray(), split);
        first.Next = second;
        return new ReadOnlySequence<byte>(first, 0, second, second.Memory.Length);
    }
}
