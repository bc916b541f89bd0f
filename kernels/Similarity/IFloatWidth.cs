using System.Runtime.Intrinsics;

namespace Rubato.Kernels.Similarity;

/// <summary>What the fp32 scan needs of one vector width.</summary>
internal interface IFloatWidth<TVector> where TVector : struct
{
    /// <summary>Values per vector.</summary>
    static abstract int Count { get; }

    /// <summary>Reads a vector at an offset in values.</summary>
    static abstract TVector Load(ref float source, nint offset);

    /// <summary>a · b + c, each lane rounded once (twice where the machine has no fused form; the error bound allows for both).</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>The horizontal sums of four vectors, by a tree of log₂(Count) levels.</summary>
    static abstract Vector128<float> Sum4(TVector a, TVector b, TVector c, TVector d);
}
