namespace Rubato.Tests.Ptx;

/// <summary>What a launch gives to its threads.</summary>
internal sealed record PtxLaunch(PtxGlobalMemory Memory, byte[] Parameters, int GridX, int GridY, int BlockThreads);
