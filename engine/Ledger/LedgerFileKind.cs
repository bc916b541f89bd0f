namespace Rubato;

/// <summary>What a file of a ledger holds.</summary>
internal enum LedgerFileKind : uint
{
    Segment = 1,
    Snapshot = 2,
    Key = 3,
}
