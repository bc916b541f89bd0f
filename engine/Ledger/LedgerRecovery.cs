using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>Reads a ledger's files once and makes its state of them; cuts a torn tail, and refuses anything else that is not as written.</summary>
internal sealed class LedgerRecovery(ILedgerFiles files, LedgerBook book, ulong ledgerId, long utcMicros)
{
    private long _records, _bytes;
    private bool _isEnded;

    /// <summary>Removes what an interrupted start or compaction left, after making durable what the last run left undecided.</summary>
    public static string[] TidyNames(ILedgerFiles files)
    {
        string[] names = files.Names();
        if (names.Length > 0) files.SyncFolder(); // decisions are about to be based on these names
        foreach (string name in names.Where(LedgerFileName.IsTemporary)) files.Delete(name);
        return [.. names.Where(name => !LedgerFileName.IsTemporary(name))];
    }

    /// <summary>Deletes what a durable snapshot stands for.</summary>
    public static void DeleteBefore(ILedgerFiles files, long number)
    {
        string[] names = files.Names();
        foreach (long old in LedgerFileName.Snapshots(names).Where(old => old < number)) files.Delete(LedgerFileName.Snapshot(old));
        foreach (long old in LedgerFileName.Segments(names).Where(old => old < number)) files.Delete(LedgerFileName.Segment(old));
    }

    /// <summary>Whether there is any state, which cannot do without its key.</summary>
    public static bool IsWritten(string[] names) => LedgerFileName.Segments(names).Length > 0 || LedgerFileName.Snapshots(names).Length > 0;

    /// <summary>Fills the book.</summary>
    /// <exception cref="LedgerException">A file is missing, damaged, another ledger's or a newer version's.</exception>
    public JournalStart Recover(string[] names)
    {
        long[] snapshots = LedgerFileName.Snapshots(names), segments = LedgerFileName.Segments(names);
        long first = snapshots.Length > 0 ? snapshots[^1] : 1;
        if (snapshots.Length > 0) ReadSnapshot(first);
        segments = [.. segments.Where(number => number >= first)]; // those before it were about to be deleted
        if (segments.Length == 0 && snapshots.Length == 0) return Begin(first);
        for (int i = 0; i < Math.Max(1, segments.Length); i++)
        {
            if (i == segments.Length || segments[i] != first + i)
                throw new LedgerException(files.PathOf(LedgerFileName.Segment(first + i)), "is missing");
        }
        foreach (long number in segments[..^1]) ReadSegment(number);
        JournalStart start = ReadLastSegment(segments[^1]);
        DeleteBefore(files, first);
        return start;
    }

    private JournalStart Begin(long number) =>
        new(ledgerId, Journal.CreateSegment(files, ledgerId, number, utcMicros), number, LedgerHeader.Bytes, _bytes);

    private void ReadSnapshot(long number)
    {
        string name = LedgerFileName.Snapshot(number), path = files.PathOf(name);
        using ILedgerFile file = files.Open(name);
        LedgerFileReading.Header(files, name, file, LedgerFileKind.Snapshot, number, ledgerId);
        long end = new RecordScanner(file, path).Scan(TakeState);
        if (end != file.Length || !_isEnded) throw new LedgerException(path, "a whole record expected", offset: end);
    }

    private void ReadSegment(long number)
    {
        string name = LedgerFileName.Segment(number), path = files.PathOf(name);
        using ILedgerFile file = files.Open(name);
        LedgerFileReading.Header(files, name, file, LedgerFileKind.Segment, number, ledgerId);
        long end = new RecordScanner(file, path).Scan(TakeChange);
        _bytes += end;
        if (end != file.Length) throw new LedgerException(path, "a whole record expected, because a later segment exists", offset: end);
    }

    private JournalStart ReadLastSegment(long number)
    {
        string name = LedgerFileName.Segment(number), path = files.PathOf(name);
        ILedgerFile file = files.Open(name);
        try
        {
            if (file.Length <= LedgerHeader.Bytes && IsTornHeader(file))
            {
                file.Dispose();
                return Begin(number);
            }
            LedgerFileReading.Header(files, name, file, LedgerFileKind.Segment, number, ledgerId);
            var scanner = new RecordScanner(file, path);
            long end = scanner.Scan(TakeChange);
            if (end != file.Length)
            {
                if (scanner.ProvedDurable(end))
                    throw new LedgerException(path, "a whole record expected, because later ones say that it was durable", offset: end);
                file.SetLength(end);
            }
            file.Sync(); // after a kill the last records may be in memory only, and what is answered now rests on them
            return new JournalStart(ledgerId, file, number, end, _bytes + end);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // Records follow a header only once it is durable: a damaged one alone in its file was never finished.
    private static bool IsTornHeader(ILedgerFile file) =>
        LedgerFileReading.TryHeader(file, out _) is { } problem && !problem.StartsWith(LedgerHeader.NewerVersion, StringComparison.Ordinal);

    private void TakeChange(ReadOnlySpan<byte> payload)
    {
        switch ((RecordKind)payload[0])
        {
            case RecordKind.Mark: As<LedgerRecords.Mark>(payload); break;
            case RecordKind.Budget: book.Apply(As<LedgerRecords.Budget>(payload)); break;
            case RecordKind.Amount: book.Apply(As<LedgerRecords.Amount>(payload)); break;
            case RecordKind.Grant: book.Apply(As<LedgerRecords.Grant>(payload)); break;
            case RecordKind.Seal: book.Apply(As<LedgerRecords.Seal>(payload)); break;
            case RecordKind.Event: book.Apply(As<LedgerRecords.Event>(payload)); break;
            case RecordKind.Close: book.Apply(As<LedgerRecords.Close>(payload)); break;
            default: throw Unknown(payload);
        }
    }

    private void TakeState(ReadOnlySpan<byte> payload)
    {
        if (_isEnded) throw new InvalidDataException("nothing expected behind the end of a snapshot");
        switch ((RecordKind)payload[0])
        {
            case RecordKind.AccountState: book.Apply(As<LedgerRecords.AccountState>(payload)); break;
            case RecordKind.Amount: book.Apply(As<LedgerRecords.Amount>(payload)); break;
            case RecordKind.LeaseState:
                int bytes = Math.Min(payload.Length, RecordFrame.Payload(default(LedgerRecords.LeaseState)).Length);
                book.Apply(As<LedgerRecords.LeaseState>(payload[..bytes]), payload[bytes..]);
                break;
            case RecordKind.End:
                _isEnded = As<LedgerRecords.End>(payload).Records == _records ? true
                    : throw new InvalidDataException($"the end of {As<LedgerRecords.End>(payload).Records} records after {_records}");
                break;
            default: throw Unknown(payload);
        }
        _records++;
    }

    private static InvalidDataException Unknown(ReadOnlySpan<byte> payload) => new($"a record of unknown kind {payload[0]}");

    private static T As<T>(ReadOnlySpan<byte> payload) where T : unmanaged =>
        RecordFrame.Payload(default(T)).Length == payload.Length ? MemoryMarshal.Read<T>(payload)
            : throw new InvalidDataException($"a record of kind {payload[0]} with {payload.Length} bytes");
}
