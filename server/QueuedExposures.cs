using Rubato.Wire;

namespace Rubato.Server;

/// <summary>A place in the queue for one EXPOSE, with room for its events and their results.</summary>
internal sealed class QueuedExposures : IQueuePlace
{
    private byte[] _payload = [];
    private int _payloadBytes;
    private ExposureResult[] _results = [];
    private FrameHeader _header;
    private long _arrived;

    /// <summary>Who asked; null while the place is free.</summary>
    public Connection? Connection { get; private set; }

    /// <summary>Stopwatch ticks since the request arrived.</summary>
    public long Age(long now) => now - _arrived;

    /// <summary>Whether the answer, or a refusal, has been written.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>The request; its events lie in this object's memory.</summary>
    public ExposeRequest Request => ExposeRequest.TryRead(_payload.AsSpan(0, _payloadBytes), out ExposeRequest request, out _) ? request
        : throw new InvalidOperationException("the payload was read before it was queued");

    /// <summary>The results, [events], to be filled.</summary>
    public Span<ExposureResult> Results(int events)
    {
        if (_results.Length < events) _results = new ExposureResult[events];
        return _results.AsSpan(0, events);
    }

    public void Take(Connection connection, in FrameHeader header, long arrived, ReadOnlySpan<byte> payload)
    {
        if (_payload.Length < payload.Length) _payload = new byte[payload.Length];
        payload.CopyTo(_payload);
        (Connection, _header, _arrived, _payloadBytes, IsAnswered) = (connection, header, arrived, payload.Length, false);
    }

    public void Clear() => Connection = null;

    /// <summary>The header of the answer, without status.</summary>
    public FrameHeader AnswerHeader(FrameKind kind) => _header with { Kind = kind, DeadlineMicroseconds = 0, Flags = 0 };
}
