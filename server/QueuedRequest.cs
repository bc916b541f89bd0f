using Rubato.Wire;

namespace Rubato.Server;

/// <summary>A place in the queue with pinned memory of its own, so that the request outlives the buffer that it was received in.</summary>
internal sealed class QueuedRequest : IQueuePlace
{
    private byte[] _payload = [];

    /// <summary>The request; its arrays lie in this object's memory.</summary>
    public PendingRequest Request { get; private set; }

    /// <summary>Copies the payload once, out of the receive buffer into the place where the kernels read it.</summary>
    public void Take(Connection connection, in FrameHeader header, long arrived, ReadOnlySpan<byte> payload)
    {
        if (_payload.Length < payload.Length) _payload = GC.AllocateUninitializedArray<byte>(payload.Length, pinned: true);
        payload.CopyTo(_payload);
        if (!ScoreRequest.TryRead(_payload.AsSpan(0, payload.Length), out ScoreRequest request, out _))
            throw new InvalidOperationException("the payload was read before it was queued");
        Request = new PendingRequest(connection, header, arrived, request);
    }

    /// <summary>Forgets the request; the memory stays for the next.</summary>
    public void Clear() => Request = default;
}
