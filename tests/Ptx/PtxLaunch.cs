namespace Rubato.Tests.Ptx;

/// <summary>What a launch gives to its threads.</summary>
/// <param name="Memory">global memory</param>
/// <param name="Parameters">bytes of the parameter struct</param>
/// <param name="GridX">blocks</param> <param name="GridY">blocks</param>
/// <param name="BlockThreads">threads of a block</param>
/// <param name="Backwards">the last block and the last warp run first: results must not depend on their order</param>
/// <param name="Traffic">counts accesses; null counts nothing</param>
internal sealed record PtxLaunch(PtxGlobalMemory Memory, byte[] Parameters, int GridX, int GridY, int BlockThreads, bool Backwards, PtxTraffic? Traffic);
