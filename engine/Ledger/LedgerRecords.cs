using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>The payloads of records as they lie in the file, little-endian, unnamed bytes zero (docs/LEDGER.md says what they mean).</summary>
internal static class LedgerRecords
{
    /// <summary>Begins every batch: what was durable when the batch was written.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 24)]
    public struct Mark
    {
        [FieldOffset(0)] public RecordKind Kind;
        [FieldOffset(8)] public long SyncedBytes;
        [FieldOffset(16)] public long UtcMicros;
    }

    /// <summary>A campaign's budget, new or changed.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 24)]
    public struct Budget
    {
        [FieldOffset(0)] public RecordKind Kind;
        [FieldOffset(4)] public int Account;
        [FieldOffset(8)] public uint Campaign;
        [FieldOffset(16)] public long Micros;
    }

    /// <summary>The next amount class of an account.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 16)]
    public struct Amount
    {
        [FieldOffset(0)] public RecordKind Kind;
        [FieldOffset(1)] public byte Class;
        [FieldOffset(4)] public int Account;
        [FieldOffset(8)] public long Micros;
    }

    /// <summary>A lease: from here on its money may be spent.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 24)]
    public struct Grant
    {
        [FieldOffset(0)] public RecordKind Kind;
        [FieldOffset(4)] public int Account;
        [FieldOffset(8)] public uint Lease;
        [FieldOffset(12)] public int Slots;
        [FieldOffset(16)] public long Micros;
    }

    /// <summary>A lease that makes no more reservations: how many it made, and of how much.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 24)]
    public struct Seal
    {
        [FieldOffset(0)] public RecordKind Kind;
        [FieldOffset(4)] public int Account;
        [FieldOffset(8)] public uint Lease;
        [FieldOffset(12)] public int Count;
        [FieldOffset(16)] public long Micros;
    }

    /// <summary>An event that was settled, released or late.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 12)]
    public struct Event
    {
        [FieldOffset(0)] public RecordKind Kind;
        [FieldOffset(1)] public EventOutcome Outcome;
        [FieldOffset(2)] public byte AmountClass;
        [FieldOffset(4)] public uint PlaceLow;
        [FieldOffset(8)] public uint PlaceHigh;

        public readonly ulong Place => (ulong)PlaceHigh << 32 | PlaceLow;
    }

    /// <summary>A lease that takes no more events: what it spent.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    public struct Close
    {
        [FieldOffset(0)] public RecordKind Kind;
        [FieldOffset(4)] public int Account;
        [FieldOffset(8)] public uint Lease;
        [FieldOffset(16)] public long SettledMicros;
        [FieldOffset(24)] public long ForfeitedMicros;
    }

    /// <summary>In a snapshot: an account without its open leases. Its amount classes and leases follow.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 56)]
    public struct AccountState
    {
        [FieldOffset(0)] public RecordKind Kind;
        [FieldOffset(4)] public int Account;
        [FieldOffset(8)] public uint Campaign;
        [FieldOffset(12)] public uint LastLease;
        [FieldOffset(16)] public long BudgetMicros;
        [FieldOffset(24)] public long SettledMicros;
        [FieldOffset(32)] public long ForfeitedMicros;
        [FieldOffset(40)] public long LateEvents;
        [FieldOffset(48)] public long LateMicros;
    }

    /// <summary>In a snapshot: an open lease; its bitmap follows in the same payload.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 48)]
    public struct LeaseState
    {
        [FieldOffset(0)] public RecordKind Kind;
        [FieldOffset(1)] public byte Sealed;
        [FieldOffset(4)] public int Account;
        [FieldOffset(8)] public uint Lease;
        [FieldOffset(12)] public int Slots;
        [FieldOffset(16)] public int Count;
        [FieldOffset(24)] public long Micros;
        [FieldOffset(32)] public long SettledMicros;
        [FieldOffset(40)] public long ReleasedMicros;
    }

    /// <summary>The end of a snapshot: one without it is not whole.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 16)]
    public struct End
    {
        [FieldOffset(0)] public RecordKind Kind;
        [FieldOffset(8)] public long Records;
    }
}
