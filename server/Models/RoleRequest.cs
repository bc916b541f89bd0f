using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>An EMBED or RANK between its arrival and its answer, with pinned memory of its own.</summary>
internal sealed class RoleRequest(RoleRequestPool pool) : RoleWork
{
    private byte[] _payload = [];
    private Connection? _connection;
    private FrameHeader _header;

    /// <summary>Copies a payload that has been read successfully, and maps it to the model.</summary>
    /// <returns>null, or why the model cannot take it</returns>
    public string? Take(Connection connection, in FrameHeader header, long arrived, ReadOnlySpan<byte> payload, ModelGeneration generation, Catalogue catalogue, out int unknownTrack)
    {
        if (_payload.Length < payload.Length) _payload = GC.AllocateUninitializedArray<byte>(payload.Length, pinned: true);
        payload.CopyTo(_payload);
        if (!ModelRequest.TryRead(_payload.AsSpan(0, payload.Length), out ModelRequest request, out _))
            throw new InvalidOperationException("the payload was read before it was queued");
        (_connection, _header) = (connection, header);
        (Arrived, Deadline, Priority) = (arrived, PendingRequest.DeadlineOf(header, arrived), PriorityOf(request.Priority));
        var inputs = new RoleInputs(Pinned(request.Listener), Pinned(request.Tracks), (int)Math.Min(request.Rows, int.MaxValue), Pinned(request.Features));
        return Bind(generation, catalogue, inputs, header.Opcode == Opcode.Embed ? ModelRole.Embedding : ModelRole.Score, out unknownTrack);
    }

    /// <summary>Gives it back unanswered.</summary>
    public void Return()
    {
        _connection = null;
        pool.Return(this);
    }

    /// <summary>The wire's priority in the engine's words.</summary>
    public static ModelPriority PriorityOf(byte priority) => priority switch { 1 => ModelPriority.High, 2 => ModelPriority.Low, _ => ModelPriority.Normal };

    protected override void Done(ModelGeneration generation, in ModelOutcome outcome)
    {
        Connection connection = _connection!;
        connection.AnswerModel(_header, Arrived, generation, outcome, new ModelReply { Rows = (uint)Rows, Values = Values, Relevance = Relevance });
        Return();
    }

    // SAFETY: the spans lie in _payload, which is pinned and stays until the request is done.
    private static unsafe PinnedSpan<T> Pinned<T>(ReadOnlySpan<T> span) where T : unmanaged => new((nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(span)), span.Length);
}
