using System.Runtime.ExceptionServices;

namespace Rubato.Client;

/// <summary>Which connection calls use: made when one is needed, one attempt at a time.</summary>
public sealed partial class RubatoClient
{
    private readonly SemaphoreSlim _connecting = new(1);
    private readonly CancellationTokenSource _closing = new();
    private ClientConnection? _draining;
    private RubatoException? _failure;
    private int _failures;
    private TimeSpan _delay;
    private long _nextAttempt;

    /// <summary>Closes the connection; calls in flight end with <see cref="ConnectionLostException"/>, later ones with <see cref="ObjectDisposedException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _connecting.WaitAsync().ConfigureAwait(false);
        ClientConnection? connection = Interlocked.Exchange(ref _connection, null), draining = Interlocked.Exchange(ref _draining, null);
        _connecting.Release();
        if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
        if (draining is not null) await draining.DisposeAsync().ConfigureAwait(false);
    }

    private ValueTask<ClientConnection> UsableAsync(CancellationToken cancellation)
    {
        ClientConnection? connection = Volatile.Read(ref _connection);
        return connection is { IsUsable: true } ? new(connection) : new(ConnectAsync(cancellation));
    }

    private async Task<ClientConnection> ConnectAsync(CancellationToken cancellation)
    {
        int failures = Volatile.Read(ref _failures);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
        try
        {
            await _connecting.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(RubatoClient));
        }
        try
        {
            if (_connection is { IsUsable: true } other) return other; // somebody else was faster
            if (_failures != failures) ExceptionDispatchInfo.Throw(_failure!); // the attempt that we waited for was ours too
            return await AttemptAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(RubatoClient));
        }
        catch (RubatoException failed) when (_failures == failures)
        {
            _failure = failed;
            _failures++;
            throw;
        }
        finally
        {
            _connecting.Release();
        }
    }

    private async Task<ClientConnection> AttemptAsync(CancellationToken cancellation)
    {
        long wait = _nextAttempt - Environment.TickCount64;
        if (wait > 0) await Task.Delay((int)wait, cancellation).ConfigureAwait(false);
        await RetireAsync().ConfigureAwait(false);
        _delay = _delay == TimeSpan.Zero ? _options.ReconnectDelayMin : TimeSpan.FromTicks(Math.Min(_delay.Ticks * 2, _options.ReconnectDelayMax.Ticks));
        _nextAttempt = Environment.TickCount64 + (long)_delay.TotalMilliseconds;
        ClientConnection connection = await ClientConnection.OpenAsync(_server, _options, _pool, cancellation).ConfigureAwait(false);
        _delay = TimeSpan.Zero;
        Volatile.Write(ref _connection, connection);
        return connection;
    }

    /// <summary>Lets a connection that is going away answer its calls; a lost one, and one that was going away before it, are done with.</summary>
    private async Task RetireAsync()
    {
        ClientConnection? before = Interlocked.Exchange(ref _connection, null);
        if (before is null) return; // the attempt before this one failed: what drains goes on draining
        ClientConnection? done = before.IsLost ? before : Interlocked.Exchange(ref _draining, before);
        if (done is not null) await done.DisposeAsync().ConfigureAwait(false);
    }
}
