using System.Runtime.InteropServices;

namespace Rubato.Kernels.Cuda;

/// <summary>What turns a dot product of one query into a score with bounds; 32 bytes in device memory.</summary>
/// <remarks>score ≈ dot · Scale · block scale; error ≤ ErrorFactor · block error + NormFactor · block norm + Constant.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct QueryLane
{
    /// <summary>Bytes of a lane.</summary>
    public const int Bytes = 32;

    /// <summary>Place of <see cref="Constant"/> among the 4-byte fields.</summary>
    public const int ConstantIndex = 3;

    /// <summary>Score per unit of the dot product, times the scale of the row's block.</summary>
    public float Scale;

    /// <summary>Factor of the block's error.</summary>
    public float ErrorFactor;

    /// <summary>Factor of the block's norm.</summary>
    public float NormFactor;

    /// <summary>Constant part of the error bound.</summary>
    public float Constant;

    /// <summary>Share of the error bound by which the bar stays below the k-th best score found, above 0 to 1.</summary>
    public float Margin;

    /// <summary>Where an integer dot product starts: takes back the offset of the codes.</summary>
    public int FirstSum;

    private readonly long _padding;
}
