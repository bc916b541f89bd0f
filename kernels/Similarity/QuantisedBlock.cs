using System.Runtime.InteropServices;

namespace Rubato.Kernels.Similarity;

/// <summary>What <see cref="QuantisedRows.BlockRows"/> int8 rows share; 12 bytes, little-endian in files.</summary>
/// <param name="Scale">s of x ≈ s·x̂, positive</param>
/// <param name="ErrorMax">upper bound of ‖x − s·x̂‖ over the rows of the block</param>
/// <param name="NormMax">upper bound of ‖x‖ over the rows of the block</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct QuantisedBlock(float Scale, float ErrorMax, float NormMax);
