using System.Runtime.Intrinsics;

namespace Rubato.Kernels.Similarity;

/// <summary>Sums of products of unsigned by signed bytes in one vector width, exact in 32 bits.</summary>
internal interface ICodeDot<TSums> where TSums : struct
{
    /// <summary>Bytes per vector.</summary>
    static abstract int Count { get; }

    /// <summary>sums + the products of row codes (unsigned) and query codes (signed), spread over the lanes.</summary>
    static abstract TSums MultiplyAdd(TSums sums, ref byte row, ref sbyte query, nint offset);

    /// <summary>The horizontal sums of four accumulators.</summary>
    static abstract Vector128<int> Sum4(TSums a, TSums b, TSums c, TSums d);
}
