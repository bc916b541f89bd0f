namespace Rubato;

/// <summary>
/// The append-only journal: segments of records, written in batches. Whoever waits for durability first writes and synchronises what
/// everybody has appended; those who come meanwhile wait and go with the next batch. After the first failure of the disk it stops for good.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const int MarkBytes = RecordFrame.HeaderBytes + 24;

    private readonly object _gate = new();
    private readonly ILedgerFiles _files;
    private readonly LedgerClock _clock;
    private readonly ulong _ledgerId;
    private readonly int _segmentBytes;
    private readonly Action _onStop;
    private byte[] _pending, _spare;             // each begins with room for the batch's mark
    private int _pendingBytes = MarkBytes;
    private long _appended, _written, _synced;   // bytes of records, since the ledger was opened
    private bool _isBusy;                        // somebody is writing, without the lock
    private Stopped? _stopped;
    private ILedgerFile _file;                   // from here on: only whoever is writing
    private long _segment, _offset, _syncedOffset;
    private long _writtenBytes, _syncs;

    /// <param name="files">the ledger's folder</param>
    /// <param name="start">the segment to go on with, durable up to its end</param>
    /// <param name="options">sizes</param>
    /// <param name="clock">for the marks</param>
    /// <param name="onStop">called once, when nothing more will be acknowledged</param>
    public Journal(ILedgerFiles files, JournalStart start, LedgerOptions options, LedgerClock clock, Action onStop)
    {
        _files = files;
        _clock = clock;
        _ledgerId = start.LedgerId;
        _segmentBytes = options.SegmentBytes;
        _onStop = onStop;
        (_pending, _spare) = (new byte[options.BufferBytes], new byte[options.BufferBytes]);
        (_file, _segment, _offset, _syncedOffset) = (start.File, start.Segment, start.Bytes, start.Bytes);
    }

    /// <summary>The place behind the last record appended.</summary>
    public long Appended
    {
        get
        {
            lock (_gate) return _appended;
        }
    }

    /// <summary>Bytes written to segments since the ledger was opened, and synchronisations.</summary>
    public (long Bytes, long Syncs) Work => (Volatile.Read(ref _writtenBytes), Volatile.Read(ref _syncs));

    /// <summary>Appends a record in memory; returns the place behind it, to <see cref="Wait"/> for.</summary>
    /// <exception cref="LedgerException">The journal has stopped.</exception>
    public long Append<T>(in T record) where T : unmanaged
    {
        ReadOnlySpan<byte> payload = RecordFrame.Payload(record);
        int bytes = RecordFrame.HeaderBytes + payload.Length;
        lock (_gate)
        {
            ThrowIfStopped();
            while (_pendingBytes + bytes > _pending.Length)
            {
                if (_isBusy) Monitor.Wait(_gate);
                else Drain(sync: false, rotate: false);
                ThrowIfStopped();
            }
            RecordFrame.Write(_pending.AsSpan(_pendingBytes, bytes), payload);
            _pendingBytes += bytes;
            return _appended += bytes;
        }
    }

    /// <summary>Waits until everything up to a place is as durable as asked for, doing the work itself where nobody else does.</summary>
    /// <exception cref="LedgerException">The journal stopped before it was.</exception>
    public void Wait(long place, LedgerDurability durability)
    {
        if (durability == LedgerDurability.None) return;
        bool sync = durability == LedgerDurability.Fsynced;
        lock (_gate)
        {
            while ((sync ? _synced : _written) < place)
            {
                ThrowIfStopped();
                if (_isBusy) Monitor.Wait(_gate);
                else Drain(sync, rotate: false);
            }
        }
    }

    /// <summary>Makes everything appended so far durable and goes on in a new segment, whose number it returns.</summary>
    /// <exception cref="LedgerException">The journal has stopped.</exception>
    public long Rotate()
    {
        lock (_gate)
        {
            while (_isBusy) Monitor.Wait(_gate);
            ThrowIfStopped();
            Drain(sync: true, rotate: true);
            return _segment;
        }
    }

    /// <summary>Acknowledges nothing from here on.</summary>
    public void Stop(Exception failure)
    {
        lock (_gate) StopLocked(failure);
    }

    /// <summary>What every later call is refused with; null while the journal works.</summary>
    public LedgerException? StopReason => Volatile.Read(ref _stopped) is { } stopped ? new LedgerException(_files.Path, stopped.Problem, stopped.Cause) : null;

    /// <exception cref="LedgerException">The journal has stopped.</exception>
    public void ThrowIfStopped()
    {
        if (StopReason is { } reason) throw reason;
    }

    /// <summary>Closes the file; nothing is appended behind it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            while (_isBusy) Monitor.Wait(_gate);
            StopLocked("the ledger is closed", cause: null);
            _file.Dispose();
        }
    }

    /// <summary>A new segment of its own, durable with its name.</summary>
    public static ILedgerFile CreateSegment(ILedgerFiles files, ulong ledgerId, long number, long utcMicros)
    {
        ILedgerFile file = files.Create(LedgerFileName.Segment(number));
        Span<byte> header = stackalloc byte[LedgerHeader.Bytes];
        new LedgerHeader(LedgerFileKind.Segment, ledgerId, number, utcMicros, 0, 0).Write(header);
        file.WriteAll(header, 0);
        file.Sync();
        files.SyncFolder();
        return file;
    }

    // Called with the lock, by one at a time; gives it up while it writes.
    private void Drain(bool sync, bool rotate)
    {
        _isBusy = true;
        (byte[] batch, int bytes, long place) = (_pending, _pendingBytes, _appended);
        (_pending, _spare, _pendingBytes) = (_spare, _pending, MarkBytes);
        Monitor.Exit(_gate);
        Exception? failure = null;
        try
        {
            WriteOut(batch.AsSpan(0, bytes), sync, rotate);
        }
        catch (Exception any) // whatever it was, what lies on the disk is no longer known
        {
            failure = any;
        }
        Monitor.Enter(_gate);
        _isBusy = false;
        if (failure is not null) StopLocked(failure);
        else
        {
            _written = place;
            if (sync) _synced = place;
        }
        Monitor.PulseAll(_gate);
        ThrowIfStopped();
    }

    private void WriteOut(Span<byte> batch, bool sync, bool rotate)
    {
        if (batch.Length > MarkBytes)
        {
            if (_offset >= _segmentBytes) NextSegment();
            var mark = new LedgerRecords.Mark { Kind = RecordKind.Mark, SyncedBytes = _syncedOffset, UtcMicros = _clock.UtcMicros };
            RecordFrame.Write(batch[..MarkBytes], RecordFrame.Payload(mark));
            _file.WriteAll(batch, _offset);
            _offset += batch.Length;
            Volatile.Write(ref _writtenBytes, _writtenBytes + batch.Length);
        }
        if (rotate) NextSegment();
        else if (sync) Sync();
    }

    // A segment is durable before the next one exists: damage in it can be no torn tail.
    private void NextSegment()
    {
        Sync();
        ILedgerFile next = CreateSegment(_files, _ledgerId, _segment + 1, _clock.UtcMicros);
        _file.Dispose();
        (_file, _offset, _syncedOffset) = (next, LedgerHeader.Bytes, LedgerHeader.Bytes);
        _segment++;
    }

    private void Sync()
    {
        _file.Sync();
        _syncedOffset = _offset;
        Volatile.Write(ref _syncs, _syncs + 1);
    }

    private void StopLocked(Exception failure) => StopLocked("the ledger has stopped and acknowledges nothing more, because "
        + $"{LedgerFileName.Segment(_segment)} failed near byte {_offset}: {DataFileException.Describe(failure)}", failure);

    private void StopLocked(string problem, Exception? cause)
    {
        if (_stopped is not null) return;
        Volatile.Write(ref _stopped, new Stopped(problem, cause));
        _onStop();
        Monitor.PulseAll(_gate);
    }

    private sealed record Stopped(string Problem, Exception? Cause);
}
