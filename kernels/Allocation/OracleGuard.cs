namespace Rubato.Kernels.Allocation;

internal static class OracleGuard
{
    internal static void Range(EdgeSlices edges, int firstSlice, int endSlice)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstSlice);
        ArgumentOutOfRangeException.ThrowIfLessThan(endSlice, firstSlice);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(endSlice, edges.SliceCount);
    }
}
