namespace Rubato.Kernels.Similarity;

/// <summary>The eight accumulators of a score in the registers of one vector width.</summary>
/// <remarks>
/// Products of two fp32 values have at most 48 significant bits, so they are exact in double, and a fused multiply-add rounds
/// exactly like a multiplication followed by an addition: widths with and without it agree to the bit.
/// </remarks>
internal interface IEightSums<TSelf> where TSelf : struct, IEightSums<TSelf>
{
    /// <summary>sums[j] + query[j] · row[j], j = 0 … 7.</summary>
    static abstract TSelf MultiplyAdd(TSelf sums, ref double query, ref float row);

    /// <summary>The accumulators in order.</summary>
    static abstract void Store(TSelf sums, ref double destination);

    /// <summary>((0+4)+(2+6)) + ((1+5)+(3+7)).</summary>
    static abstract double Reduce(TSelf sums);
}
