namespace Rubato;

/// <summary>Searches of one batch size over rows that stay on the devices, k = 100.</summary>
/// <param name="Variant">the variant, such as cuda-int8</param>
/// <param name="Rows">rows of the catalogue</param>
/// <param name="Dimension">values per row</param>
/// <param name="RowBytes">bytes that the devices read of each row, bounds included</param>
/// <param name="Batch">queries per search</param>
/// <param name="Seconds">one search, finished: the median of some rounds</param>
/// <param name="DeviceSeconds">its part on the devices, from the first copy of queries to the last of results: the median</param>
/// <param name="CpuSeconds">the same search on one thread of the CPU's fastest variant: the best of two, or the only one where it takes half a second</param>
/// <param name="PassedOn">queries of the rounds that the CPU answered instead</param>
/// <param name="Passed">rows and scores equalled the CPU's to the bit</param>
public sealed record GpuRun(string Variant, int Rows, int Dimension, double RowBytes, int Batch, double Seconds, double DeviceSeconds, double CpuSeconds, long PassedOn, bool Passed)
{
    /// <summary>Queries per second.</summary>
    public double QueriesPerSecond => Batch / Seconds;

    /// <summary>10⁹ bytes of rows and bounds per second on the devices, as if each were read once for the batch.</summary>
    public double GigaBytes => 1e-9 * Rows * RowBytes / DeviceSeconds;

    /// <summary>10⁹ multiplications and additions per second on the devices.</summary>
    public double GigaOperations => 2e-9 * Rows * Dimension * Batch / DeviceSeconds;
}
