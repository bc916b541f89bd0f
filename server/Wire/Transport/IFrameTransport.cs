using System.IO.Pipelines;

namespace Rubato.Wire;

/// <summary>A connection's bytes: what the protocol needs to know of a network. Sockets implement it; tests and rival transports can.</summary>
public interface IFrameTransport : IAsyncDisposable
{
    /// <summary>Bytes from the peer; its buffers are pinned, so that their addresses hold until they are advanced over.</summary>
    PipeReader Input { get; }

    /// <summary>Bytes to the peer. A flush never waits; <see cref="UnsentBytes"/> tells what the peer has not taken.</summary>
    PipeWriter Output { get; }

    /// <summary>Bytes flushed to <see cref="Output"/> and not yet taken by the network.</summary>
    long UnsentBytes { get; }

    /// <summary>Bytes received so far.</summary>
    long BytesReceived { get; }

    /// <summary>Bytes sent so far.</summary>
    long BytesSent { get; }

    /// <summary>Who is at the other end, for logs.</summary>
    string Peer { get; }

    /// <summary>Closes both directions at once; pending reads end.</summary>
    void Abort();
}
