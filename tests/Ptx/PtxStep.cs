namespace Rubato.Tests.Ptx;

/// <summary>A decoded instruction.</summary>
/// <param name="Source">as written, for messages</param>
/// <param name="Guard">index of the guarding predicate register, or −1</param>
/// <param name="Kind">how the warp treats it</param>
/// <param name="Target">where a branch goes</param>
/// <param name="Execute">what it does to the lanes of a mask; null for branches, barriers and returns</param>
internal sealed record PtxStep(PtxInstruction Source, int Guard, PtxStepKind Kind, int Target, Action<PtxWarp, uint>? Execute);
