namespace Rubato.Kernels.Cuda;

/// <summary>One launch of the scan kernel, after which the bars rise.</summary>
/// <param name="FirstRow">first row, a multiple of 64 from the beginning of the range</param>
/// <param name="EndRow">row after the last</param>
/// <param name="Dense">every row becomes a hit: the first bar comes from them</param>
internal readonly record struct ScanStep(int FirstRow, int EndRow, bool Dense)
{
    /// <summary>Most steps of a range.</summary>
    public const int StepsMax = 64;

    /// <summary>
    /// Rows whose bounds reach the bar, for each of the k best: twice what was found on random and clustered vectors. Where it is more, the
    /// hits overflow, and the query goes to the CPU.
    /// </summary>
    private const double CrowdFactor = 3;

    /// <summary>Cuts a range into steps that grow as the bars rise, so that the hits of each are expected to fill half of the room.</summary>
    /// <param name="block">whose range</param>
    /// <param name="steps">[<see cref="StepsMax"/>]</param>
    /// <returns>number of steps</returns>
    public static int Plan(in ScanBlock block, Span<ScanStep> steps)
    {
        double crowd = CrowdFactor * block.K, growth = 1 + (block.Capacity - crowd) / (2 * crowd);
        int firstRow = block.FirstRow, endRow = block.EndRow;
        long seen = Math.Min(block.DenseRows, endRow - firstRow);
        int count = 0;
        steps[count++] = new ScanStep(firstRow, firstRow + (int)seen, Dense: true);
        while (firstRow + seen < endRow)
        {
            long end = count == StepsMax - 1 ? endRow : Math.Min(endRow, firstRow + (long)(seen * growth) / 64 * 64);
            steps[count++] = new ScanStep(firstRow + (int)seen, (int)end, Dense: false);
            seen = end - firstRow;
        }
        return count;
    }
}
