using System.Threading.Tasks.Sources;

namespace Rubato.Client;

/// <summary>A request in flight: one of a connection's slots, used again and again.</summary>
/// <remarks>
/// Two things may want to end a call: the answer, and the caller giving up (cancellation, deadline, lost connection). <see cref="TryEnd"/>
/// lets exactly one of them through. The slot is free again when the caller has seen the end and the answer has arrived too, because a late
/// answer still carries the slot's number.
/// </remarks>
internal sealed class PendingCall : IValueTaskSource
{
    private const int Waiting = 1, Ended = 2;

    private readonly ClientConnection _connection;
    private ManualResetValueTaskSourceCore<bool> _core;
    private CancellationTokenRegistration _cancellation;
    private int _state = Ended;
    private int _holds;
    private int _answerDue;
    private long _giveUpAt;
    private ulong _use;

    public PendingCall(ClientConnection connection, int slot, bool inlineContinuations)
    {
        _connection = connection;
        Slot = slot;
        _core.RunContinuationsAsynchronously = !inlineContinuations;
    }

    public int Slot { get; }

    /// <summary>Where the answer goes.</summary>
    public IReplyTaker? Taker { get; private set; }

    /// <summary>Slot and number of use: an answer to an earlier use of the slot is told apart.</summary>
    public ulong RequestId => _use << 16 | (uint)Slot;

    public ValueTask Task => new(this, _core.Version);

    public void Begin(IReplyTaker taker, TimeSpan deadline)
    {
        _use++;
        _core.Reset();
        Taker = taker;
        // The server counts too; the grace lets its more telling error win.
        _giveUpAt = deadline > TimeSpan.Zero ? Environment.TickCount64 + (long)deadline.TotalMilliseconds + 20 : 0;
        _holds = 2;
        _answerDue = 1;
        Volatile.Write(ref _state, Waiting);
    }

    public void CancelWith(CancellationToken cancellation)
    {
        if (cancellation.CanBeCanceled)
            _cancellation = cancellation.UnsafeRegister(static (call, token) => ((PendingCall)call!).GiveUp(new OperationCanceledException(token)), this);
    }

    /// <summary>The caller's deadline has passed and nothing has ended the call.</summary>
    /// <param name="now">Environment.TickCount64</param>
    public bool IsLate(long now) => _giveUpAt != 0 && now >= _giveUpAt && Volatile.Read(ref _state) == Waiting;

    /// <summary>True for the first caller only; that one must then complete the call.</summary>
    public bool TryEnd() => Interlocked.CompareExchange(ref _state, Ended, Waiting) == Waiting;

    public void Succeed() => _core.SetResult(true);

    public void Fail(Exception error) => _core.SetException(error);

    public void GiveUp(Exception reason)
    {
        if (TryEnd()) Fail(reason);
    }

    /// <summary>The answer has arrived, or never will; counts once per use.</summary>
    public void AnswerIsIn()
    {
        if (Interlocked.Exchange(ref _answerDue, 0) == 1) Release();
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _holds) > 0) return;
        Taker = null;
        _connection.Return(this);
    }

    void IValueTaskSource.GetResult(short token)
    {
        _cancellation.Dispose();
        _cancellation = default;
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            Release();
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
