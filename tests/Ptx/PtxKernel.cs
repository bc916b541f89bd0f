namespace Rubato.Tests.Ptx;

/// <summary>One entry point as parsed.</summary>
internal sealed class PtxKernel
{
    public required string Name { get; init; }

    public required int ParameterBytes { get; init; }

    /// <summary>Threads of a block as <c>.maxntid</c> says; 0 without it.</summary>
    public int BlockThreads { get; set; }

    /// <summary>Blocks that a multiprocessor is to have room for, as <c>.minnctapersm</c> says; 0 without it.</summary>
    public int BlocksMin { get; set; }

    public Dictionary<string, PtxRegister> Registers { get; } = [];

    /// <summary>Offset of each variable in shared memory.</summary>
    public Dictionary<string, int> Shared { get; } = [];

    public int SharedBytes { get; set; }

    /// <summary>Index of the instruction after each label.</summary>
    public Dictionary<string, int> Labels { get; } = [];

    public List<PtxInstruction> Instructions { get; } = [];

    /// <summary>Name of the parameter struct.</summary>
    public required string ParameterName { get; init; }
}
