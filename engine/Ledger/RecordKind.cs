namespace Rubato;

/// <summary>First byte of a record's payload (docs/LEDGER.md); never reused.</summary>
internal enum RecordKind : byte
{
    Mark = 1,
    Budget = 2,
    Amount = 3,
    Grant = 4,
    Seal = 5,
    Event = 6,
    Close = 7,
    AccountState = 16,
    LeaseState = 17,
    End = 18,
}
