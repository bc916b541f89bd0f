namespace Rubato.Tests.Ptx;

/// <summary>A declared register.</summary>
internal sealed record PtxRegister(string Name, PtxType Type, int Index);
