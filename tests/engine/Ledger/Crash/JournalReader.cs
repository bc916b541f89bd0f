using System.Buffers.Binary;

namespace Rubato.Tests.Ledgers;

/// <summary>
/// Reads a ledger's files by docs/LEDGER.md alone, with nothing of the engine's code, and recomputes every budget. Whatever is wrong, other
/// than a torn tail, is an <see cref="InvalidDataException"/>.
/// </summary>
internal sealed class JournalReader
{
    private static readonly byte[] Magic = [0x89, 0x52, 0x42, 0x4C, 0x0D, 0x0A, 0x1A, 0x0A];
    private static readonly uint[] Table = BuildTable();

    private readonly List<JournalBudget> _accounts = [];
    private ulong? _ledgerId;
    private long _records;

    private JournalReader()
    {
    }

    /// <summary>The budgets of a folder.</summary>
    public static Dictionary<uint, JournalBudget> ReadFolder(string folder) =>
        Read(Directory.EnumerateFiles(folder, "*-*").ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes));

    /// <summary>The budgets in these files.</summary>
    public static Dictionary<uint, JournalBudget> Read(IReadOnlyDictionary<string, byte[]> files)
    {
        var reader = new JournalReader();
        reader.ReadFiles(files);
        foreach (JournalBudget account in reader._accounts)
        {
            bool fits = account.Free >= 0 && account.Settled >= 0 && account.Leases.Values.All(lease => lease.Settled + lease.Released <= lease.Micros);
            if (!fits) throw new InvalidDataException($"campaign {account.Campaign}: overspent");
            if (account.Free + account.Open + account.Settled != account.Budget) throw new InvalidDataException($"campaign {account.Campaign}: does not add up");
        }
        return reader._accounts.ToDictionary(account => account.Campaign);
    }

    private void ReadFiles(IReadOnlyDictionary<string, byte[]> files)
    {
        long first = Numbers(files, "snapshot-").DefaultIfEmpty(0).Max();
        if (first > 0 && ReadFile(files, $"snapshot-{first:D10}.bin", 2, first, State) is { } snapshotEnd)
            throw new InvalidDataException($"snapshot {first} ends at byte {snapshotEnd}");
        first = Math.Max(first, 1);
        long last = Numbers(files, "journal-").DefaultIfEmpty(0).Max();
        for (long number = first; number <= last; number++)
        {
            string name = $"journal-{number:D10}.log";
            if (number == last && files[name].Length <= 64 && !HeaderIsWhole(files[name])) return; // created, never written to
            if (ReadFile(files, name, 1, number, Change) is { } end && number != last) throw new InvalidDataException($"{name} is broken at byte {end}");
        }
    }

    private static IEnumerable<long> Numbers(IReadOnlyDictionary<string, byte[]> files, string start) =>
        files.Keys.Where(name => name.StartsWith(start) && !name.EndsWith(".tmp")).Select(name => long.Parse(name.AsSpan(start.Length, 10)));

    private static bool HeaderIsWhole(byte[] file) => file.Length >= 64 && U32(file, 60) == Crc(file.AsSpan(0, 60));

    // The place where records end before the file does, or null.
    private long? ReadFile(IReadOnlyDictionary<string, byte[]> files, string name, uint kind, long number, Action<byte[]> take)
    {
        byte[] file = files.GetValueOrDefault(name) ?? throw new InvalidDataException($"{name} is missing");
        if (!HeaderIsWhole(file) || !file.AsSpan(0, 8).SequenceEqual(Magic)) throw new InvalidDataException($"{name}: header");
        if (BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8)) != 1 || U32(file, 12) != kind || I64(file, 24) != number)
            throw new InvalidDataException($"{name}: header");
        ulong ledger = BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(16));
        if ((_ledgerId ??= ledger) != ledger) throw new InvalidDataException($"{name}: another ledger's");
        int at = 64;
        while (at < file.Length)
        {
            if (file.Length - at < 8) return at;
            uint bytes = U32(file, at);
            if (bytes is 0 or > 8192 || file.Length - at - 8 < bytes) return at;
            byte[] payload = file.AsSpan(at + 8, (int)bytes).ToArray();
            byte[] covered = [.. file.AsSpan(at, 4), .. payload];
            if (Crc(covered) != U32(file, at + 4)) return at;
            take(payload);
            at += 8 + (int)bytes;
        }
        return null;
    }

    private void Change(byte[] payload)
    {
        JournalBudget Account() => _accounts[(int)U32(payload, 4)];
        switch (payload[0])
        {
            case 1:
                break;
            case 2:
                if (U32(payload, 4) == _accounts.Count) _accounts.Add(new JournalBudget(U32(payload, 8)));
                Account().Budget = I64(payload, 16);
                break;
            case 3:
                Amount(payload);
                break;
            case 4:
                JournalBudget granted = Account();
                if (U32(payload, 8) != ++granted.LastLease) throw new InvalidDataException("a lease out of turn");
                if (I64(payload, 16) > granted.Free) throw new InvalidDataException($"campaign {granted.Campaign}: a lease of more than is free");
                granted.Leases.Add(U32(payload, 8), new JournalLease { Micros = I64(payload, 16), Places = U32(payload, 12) });
                break;
            case 5:
                JournalLease sealing = Account().Leases[U32(payload, 8)];
                if (sealing.IsSealed || I64(payload, 16) > sealing.Micros) throw new InvalidDataException("a seal of more than the lease");
                (sealing.IsSealed, sealing.Micros) = (true, I64(payload, 16));
                break;
            case 6:
                Event(payload);
                break;
            case 7:
                JournalBudget closing = Account();
                JournalLease closed = closing.Leases[U32(payload, 8)];
                if (closed.Settled != I64(payload, 16)) throw new InvalidDataException($"a lease closed with {I64(payload, 16)}, {closed.Settled} settled");
                if (closed.Settled + I64(payload, 24) > closed.Micros) throw new InvalidDataException("more forfeited than there was");
                closing.ClosedSettled += I64(payload, 16) + I64(payload, 24);
                closing.Forfeited += I64(payload, 24);
                closing.Leases.Remove(U32(payload, 8));
                break;
            default:
                throw new InvalidDataException($"kind {payload[0]}");
        }
    }

    private void Amount(byte[] payload)
    {
        JournalBudget account = _accounts[(int)U32(payload, 4)];
        if (payload[1] != account.Amounts.Count) throw new InvalidDataException("an amount class out of turn");
        account.Amounts.Add(I64(payload, 8));
    }

    private void Event(byte[] payload)
    {
        ulong place = BinaryPrimitives.ReadUInt64LittleEndian(payload.AsSpan(4));
        JournalBudget account = _accounts[(int)(place >> 44)];
        uint lease = (uint)(place >> 14) & 0x3FFF_FFFF, index = (uint)place & 0x3FFF;
        long micros = account.Amounts[payload[2]];
        if (payload[1] == 5)
        {
            account.LateEvents++;
            account.LateMicros += micros;
            return;
        }
        JournalLease open = account.Leases[lease];
        if (index >= open.Places) throw new InvalidDataException("an event beyond its lease");
        if (!open.Outcomes.TryAdd(index, payload[1]))
        {
            if (open.Outcomes[index] != payload[1]) throw new InvalidDataException("two events for one reservation");
            return;
        }
        if (payload[1] == 1) open.Settled += micros;
        else open.Released += micros;
    }

    private void State(byte[] payload)
    {
        switch (payload[0])
        {
            case 16:
                if (U32(payload, 4) != _accounts.Count) throw new InvalidDataException("an account out of turn");
                _accounts.Add(new JournalBudget(U32(payload, 8))
                {
                    LastLease = U32(payload, 12), Budget = I64(payload, 16), ClosedSettled = I64(payload, 24), Forfeited = I64(payload, 32),
                    LateEvents = I64(payload, 40), LateMicros = I64(payload, 48),
                });
                break;
            case 3:
                Amount(payload);
                break;
            case 17:
                var lease = new JournalLease
                {
                    IsSealed = payload[1] != 0, Places = U32(payload, 12), Micros = I64(payload, 24), Settled = I64(payload, 32), Released = I64(payload, 40),
                };
                for (uint index = 0; index < lease.Places; index++)
                {
                    int mark = payload[48 + (int)index / 4] >> (int)(2 * (index % 4)) & 3;
                    if (mark != 0) lease.Outcomes[index] = (byte)mark;
                }
                _accounts[(int)U32(payload, 4)].Leases.Add(U32(payload, 8), lease);
                break;
            case 18:
                if (I64(payload, 8) != _records) throw new InvalidDataException("records are missing in the snapshot");
                break;
            default:
                throw new InvalidDataException($"kind {payload[0]} in a snapshot");
        }
        _records++;
    }

    private static uint U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static long I64(byte[] bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes) crc = crc >> 8 ^ Table[(crc ^ value) & 0xFF];
        return ~crc;
    }

    private static uint[] BuildTable()
    {
        uint[] table = new uint[256];
        for (uint entry = 0; entry < 256; entry++)
        {
            uint crc = entry;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82F63B78 : crc >> 1;
            table[entry] = crc;
        }
        return table;
    }
}
