using System.Diagnostics;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>A SCORE or RECOMMEND between its arrival and its answer. The arrays lie in pinned memory that outlives the request.</summary>
internal readonly struct PendingRequest(Connection connection, in FrameHeader header, long arrived, in ScoreRequest request)
{
    /// <summary>Who asked.</summary>
    public Connection Connection { get; } = connection;

    /// <summary>SCORE or RECOMMEND.</summary>
    public Opcode Opcode { get; } = header.Opcode;

    public ulong RequestId { get; } = header.RequestId;

    public ulong TraceIdHigh { get; } = header.TraceIdHigh;

    public ulong TraceIdLow { get; } = header.TraceIdLow;

    /// <summary>Stopwatch ticks at which the frame's last bytes were received.</summary>
    public long Arrived { get; } = arrived;

    /// <summary>Stopwatch ticks after which nobody waits any more; <see cref="long.MaxValue"/> = no deadline.</summary>
    public long Deadline { get; } = DeadlineOf(header, arrived);

    public PinnedSpan<float> Listener { get; } = Pinned(request.Listener);

    public PinnedSpan<long> Candidates { get; } = Pinned(request.Candidates);

    public PinnedSpan<uint> DeniedLicensors { get; } = Pinned(request.DeniedLicensors);

    public SlateSettings Slate { get; } = new(request.Slots, request.LicensorSlotsMax, (int)Math.Min(request.Depth, int.MaxValue),
        (request.Options & RequestOptions.QualityLoss) != 0 ? request.QualityLossMax : null, request.LosersMax);

    public ulong ListenerId { get; } = request.ListenerId;

    public uint Cohort { get; } = request.Cohort;

    public Market Market { get; } = new((byte)request.Market, (byte)(request.Market >> 8));

    public RequestOptions Options { get; } = request.Options;

    /// <summary>Nobody waits for the answer any more.</summary>
    public bool IsLate => HasPassed(Deadline);

    /// <summary>Adds the request to a batch; −1 when the batch is full.</summary>
    public int AddTo(RequestBatch batch)
    {
        var settings = new RequestSettings
        {
            Market = Market,
            ExcludeExplicit = (Options & RequestOptions.ExcludeExplicit) != 0,
            DeniedLicensors = DeniedLicensors.Span,
            Cohort = Cohort,
            ListenerId = ListenerId,
            WantBreakdown = (Options & RequestOptions.Breakdown) != 0,
        };
        return Opcode == Opcode.Score
            ? batch.AddScore(Listener, Candidates, settings)
            : batch.AddRecommend(Listener, Slate, settings, Candidates);
    }

    /// <summary>Gives the caller's credit back, before the answer is written; a SCORE took none.</summary>
    public void ReturnCredit()
    {
        if (Opcode == Opcode.Recommend) Connection.ReturnCredit();
    }

    /// <summary>The header of the answer, without status.</summary>
    public FrameHeader AnswerHeader(FrameKind kind) => new()
    {
        Kind = kind,
        Opcode = Opcode,
        RequestId = RequestId,
        TraceIdHigh = TraceIdHigh,
        TraceIdLow = TraceIdLow,
    };

    /// <summary>Stopwatch ticks of a frame's deadline.</summary>
    public static long DeadlineOf(in FrameHeader header, long arrived) => header.DeadlineMicroseconds == 0 ? long.MaxValue
        : arrived + header.DeadlineMicroseconds * (Stopwatch.Frequency / 1_000_000);

    /// <summary>Whether a deadline in Stopwatch ticks has passed; the clock is not read where there is none.</summary>
    public static bool HasPassed(long deadline) => deadline != long.MaxValue && Stopwatch.GetTimestamp() > deadline;

    // SAFETY: requests are read from pinned memory only: a connection's receive blocks, its scratch frame, or a queued request's copy.
    private static unsafe PinnedSpan<T> Pinned<T>(ReadOnlySpan<T> span) where T : unmanaged =>
        new((nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(span)), span.Length);
}
