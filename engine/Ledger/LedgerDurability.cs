namespace Rubato;

/// <summary>What must have happened to an event before its answer is given; everything is journalled in the end, at every level.</summary>
public enum LedgerDurability : byte
{
    /// <summary>Applied in memory: a killed process may forget it.</summary>
    None = 0,

    /// <summary>Written to the journal: survives a killed process, but not a power cut.</summary>
    Journalled = 1,

    /// <summary>Written and synchronised: survives a power cut.</summary>
    Fsynced = 2,
}
