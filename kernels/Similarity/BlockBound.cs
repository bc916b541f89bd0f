using System.Runtime.InteropServices;

namespace Rubato.Kernels.Similarity;

/// <summary>What bounds the quantisation error of a block of <see cref="QuantisedRows.BlockRows"/> rows; 8 bytes, little-endian in files.</summary>
/// <param name="ErrorMax">upper bound of ‖x − s·x̂‖ over the rows of the block</param>
/// <param name="NormMax">upper bound of ‖x‖ over the rows of the block</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct BlockBound(float ErrorMax, float NormMax);
