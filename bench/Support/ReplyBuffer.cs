using System.Buffers;

namespace Rubato.Bench;

/// <summary>Takes replies and forgets them: the send buffer without the socket.</summary>
internal sealed class ReplyBuffer(int bytes) : IBufferWriter<byte>
{
    private readonly byte[] _memory = new byte[bytes];

    public void Advance(int count)
    {
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => _memory;

    public Span<byte> GetSpan(int sizeHint = 0) => _memory;
}
