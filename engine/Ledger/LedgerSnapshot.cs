using System.Buffers;

namespace Rubato;

/// <summary>The whole state of a ledger in one file, which stands for all segments before the one of the same number.</summary>
internal static class LedgerSnapshot
{
    private const int LeaseStateBytes = 48;

    /// <summary>The records of the state. Structure must not change meanwhile; events may, and are then in the next segment too.</summary>
    public static ReadOnlyMemory<byte> Capture(LedgerBook book)
    {
        var output = new ArrayBufferWriter<byte>(1 << 16);
        long records = 0;
        foreach (BudgetAccount account in book.Accounts())
        {
            Add(output, ref records, new LedgerRecords.AccountState
            {
                Kind = RecordKind.AccountState,
                Account = account.Number,
                Campaign = account.Campaign,
                LastLease = account.LastLease,
                BudgetMicros = account.BudgetMicros,
                SettledMicros = account.ClosedSettledMicros,
                ForfeitedMicros = account.ForfeitedMicros,
                LateEvents = account.LateEvents,
                LateMicros = account.LateMicros,
            });
            for (int i = 0; i < account.Amounts.Length; i++)
            {
                Add(output, ref records,
                    new LedgerRecords.Amount { Kind = RecordKind.Amount, Class = (byte)i, Account = account.Number, Micros = account.Amounts[i] });
            }
            foreach (Lease lease in account.Leases.Values)
                Add(output, ref records, account, lease);
        }
        Add(output, ref records, new LedgerRecords.End { Kind = RecordKind.End, Records = records });
        return output.WrittenMemory;
    }

    /// <summary>Writes a snapshot so that its name always leads to a whole one.</summary>
    public static void Write(ILedgerFiles files, ulong ledgerId, long number, long utcMicros, ReadOnlyMemory<byte> records)
    {
        string name = LedgerFileName.Snapshot(number), temporary = LedgerFileName.Temporary(name);
        using (ILedgerFile file = files.Create(temporary))
        {
            Span<byte> header = stackalloc byte[LedgerHeader.Bytes];
            new LedgerHeader(LedgerFileKind.Snapshot, ledgerId, number, utcMicros, 0, 0).Write(header);
            file.WriteAll(header, 0);
            file.WriteAll(records.Span, LedgerHeader.Bytes);
            file.Sync();
        }
        files.Rename(temporary, name);
        files.SyncFolder(); // only then may go what it stands for
    }

    private static void Add<T>(ArrayBufferWriter<byte> output, ref long records, in T record) where T : unmanaged =>
        Add(output, ref records, RecordFrame.Payload(record));

    private static void Add(ArrayBufferWriter<byte> output, ref long records, BudgetAccount account, Lease lease)
    {
        Span<byte> payload = stackalloc byte[LeaseStateBytes + lease.Marks.Length];
        lock (lease)
        {
            var state = new LedgerRecords.LeaseState
            {
                Kind = RecordKind.LeaseState,
                Sealed = lease.IsSealed ? (byte)1 : (byte)0,
                Account = account.Number,
                Lease = lease.Number,
                Slots = lease.Slots,
                Count = lease.Count,
                Micros = lease.Micros,
                SettledMicros = lease.SettledMicros,
                ReleasedMicros = lease.ReleasedMicros,
            };
            RecordFrame.Payload(state).CopyTo(payload);
            lease.Marks.CopyTo(payload[LeaseStateBytes..]);
        }
        Add(output, ref records, payload);
    }

    private static void Add(ArrayBufferWriter<byte> output, ref long records, ReadOnlySpan<byte> payload)
    {
        int bytes = RecordFrame.HeaderBytes + payload.Length;
        RecordFrame.Write(output.GetSpan(bytes)[..bytes], payload);
        output.Advance(bytes);
        records++;
    }
}
