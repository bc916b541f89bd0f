using Rubato.Wire;

namespace Rubato.Server;

/// <summary>A place in a queue with memory of its own, so that a request outlives the buffer that it was received in.</summary>
internal interface IQueuePlace
{
    /// <summary>Copies a request whose payload has been read successfully.</summary>
    void Take(Connection connection, in FrameHeader header, long arrived, ReadOnlySpan<byte> payload);

    /// <summary>Forgets the request; the memory stays for the next.</summary>
    void Clear();
}
