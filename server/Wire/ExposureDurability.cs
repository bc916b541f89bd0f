namespace Rubato.Wire;

/// <summary>What must have happened to exposure events before they are answered.</summary>
public enum ExposureDurability : byte
{
    /// <summary>As the server is configured.</summary>
    Default = 0,

    /// <summary>Applied in memory: a killed server may forget them.</summary>
    Memory = 1,

    /// <summary>Written to the journal: they survive a killed server, but not a power cut.</summary>
    Journalled = 2,

    /// <summary>Written and synchronised: they survive a power cut.</summary>
    Fsynced = 3,
}
