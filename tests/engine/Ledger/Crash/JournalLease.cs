namespace Rubato.Tests.Ledgers;

/// <summary>What the files say about one open lease.</summary>
internal sealed class JournalLease
{
    public required long Micros { get; set; }

    public required uint Places { get; init; }

    public bool IsSealed { get; set; }

    public long Settled { get; set; }

    public long Released { get; set; }

    public Dictionary<uint, byte> Outcomes { get; } = [];
}
