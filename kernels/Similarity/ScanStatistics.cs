namespace Rubato.Kernels.Similarity;

/// <summary>What one scan did.</summary>
/// <param name="Scanned">rows in the range × queries</param>
/// <param name="Rescored">rows finished by the definition of a score; rescored_fraction = Rescored ÷ Scanned</param>
public readonly record struct ScanStatistics(long Scanned, long Rescored)
{
    /// <summary>The sum of two scans.</summary>
    public static ScanStatistics operator +(ScanStatistics a, ScanStatistics b) => new(a.Scanned + b.Scanned, a.Rescored + b.Rescored);
}
