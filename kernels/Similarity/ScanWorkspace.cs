namespace Rubato.Kernels.Similarity;

/// <summary>Scratch memory of one scanning thread; grows to the largest request it has seen, so that a steady state allocates nothing.</summary>
public sealed class ScanWorkspace;
