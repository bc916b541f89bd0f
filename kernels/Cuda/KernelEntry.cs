namespace Rubato.Kernels.Cuda;

/// <summary>One compiled kernel.</summary>
internal sealed record KernelEntry
{
    /// <summary>Name of the entry point; the module is the resource <c>Entry.ptx</c>.</summary>
    public required string Entry { get; init; }

    /// <summary>Bytes of its one parameter struct.</summary>
    public required int ParameterBytes { get; init; }

    /// <summary>Bytes of static shared memory.</summary>
    public required int SharedBytes { get; init; }

    /// <summary>Threads of a block; no other number may be launched.</summary>
    public required int BlockThreads { get; init; }

    /// <summary>SHA-256 of the module's text.</summary>
    public required string PtxHash { get; init; }
}
