namespace Rubato.Kernels.Similarity;

/// <summary>Scans all rows of a range and keeps the k best per query; losing scores never reach memory.</summary>
/// <remarks>
/// Whatever arithmetic a variant uses to find its survivors, it finishes them by the definition of <see cref="IScoreKernel"/>:
/// rows and scores are bit-identical across variants. Higher scores come first, ties go to the lower row.
/// </remarks>
public interface IScanKernel
{
    /// <summary>Name by which the variant is forced and reported.</summary>
    string Name { get; }

    /// <summary>Whether the scan reads the int8 copy of a matrix that has one, and not its fp32 values.</summary>
    bool ReadsCodes => false;

    /// <summary>Gets ready for many scans of a matrix, such as by copying it to a device; does nothing for most variants.</summary>
    /// <param name="items">its memory may neither move nor change until the result is disposed</param>
    /// <param name="threads">threads over which the caller would split a scan, 1 or more</param>
    /// <returns>ends the holding when it is disposed, after the last scan; null where nothing was done</returns>
    IDisposable? Hold(in ItemMatrix items, int threads) => null;

    /// <summary>Whether the variant wants this scan in one piece, because splitting it over threads would gain nothing.</summary>
    bool TakesWhole(in ScanRequest request) => false;

    /// <summary>Exact top-k of every query over the range.</summary>
    /// <param name="request">rows, queries, filter and k</param>
    /// <param name="workspace">scratch memory of the calling thread; grows to the largest request it has seen</param>
    /// <param name="rows">[queries, k], overwritten; −1 past the last allowed row</param>
    /// <param name="scores">[queries, k], overwritten, descending; −∞ past the last allowed row</param>
    /// <returns>what the scan did, for the metrics</returns>
    /// <exception cref="ArgumentException">The shapes disagree or a number is out of its range.</exception>
    ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores);

    /// <summary>
    /// The first step of a search whose rows are shared out: the workspace keeps, for every query, the rows of a range that may be among its
    /// k best. <see cref="CollectedScan"/> finishes what all ranges have kept; without an override these are the k best of the range.
    /// </summary>
    /// <param name="range">rows, at most <see cref="CollectedScan.QueriesMax"/> queries, filter and k</param>
    /// <param name="workspace">of the calling thread; may not be used otherwise until the search is finished</param>
    /// <returns>what the scan did, for the metrics</returns>
    /// <exception cref="ArgumentException">The shapes disagree or a number is out of its range.</exception>
    ScanStatistics Collect(in ScanRequest range, ScanWorkspace workspace) => CollectedScan.CollectBest(this, range, workspace);

    /// <summary>Scans once more for queries whose collected rows turn out not to be proven at the end.</summary>
    IScanKernel Certain => this;
}
