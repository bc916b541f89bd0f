namespace Rubato;

/// <summary>What the keeper knows of one version.</summary>
internal sealed class VersionState(int version)
{
    public int Version { get; } = version;

    /// <summary>The files at the last look.</summary>
    public FolderPrint Print { get; set; }

    /// <summary>Two looks in a row saw the same files.</summary>
    public bool IsSettled { get; set; }

    /// <summary>What it is in service as; null where it is not loaded.</summary>
    public ModelGeneration? Loaded { get; set; }

    /// <summary>Loaded by hand: stays without a label.</summary>
    public bool IsKept { get; set; }

    /// <summary>Why it is not loaded, or may not take a label; null where nothing is known against it. Forgotten when its files change.</summary>
    public string? Refused { get; set; }

    /// <summary>It was refused because memory was missing, which may change with every look.</summary>
    public bool IsRefusedForMemory { get; set; }

    /// <summary>The last comparison with a version in service.</summary>
    public DriftReport? Drift { get; set; }

    /// <summary>Labels that it asks for in its model.json.</summary>
    public IReadOnlyList<string> Wishes { get; set; } = [];

    /// <summary>It may take a label from another only after a comparison.</summary>
    public bool AsksForShadow { get; set; }

    /// <summary>The files when <see cref="Wishes"/> were read; null where they were not.</summary>
    public FolderPrint? WishesPrint { get; set; }

    /// <summary>Whether a label that comes by itself may go to it.</summary>
    public bool IsEligible => IsSettled && Refused is null;
}
