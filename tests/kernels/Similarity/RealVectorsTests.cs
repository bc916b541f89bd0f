using Rubato.Kernels.Similarity;
using Rubato.Tests.Support;

namespace Rubato.Tests.Kernels.Similarity;

/// <summary>Factors of a real recommender, whose norms differ by two orders of magnitude: true inner products, crowded quantised scores.</summary>
public class RealVectorsTests
{
    public static TheoryData<string> Names => new(ScanKernels.Variants.Select(variant => variant.Name).Where(name => name != "scalar"));

    [SkippableTheory, MemberData(nameof(Names))]
    public void MusicFactorsMatchTheReference(string name)
    {
        var variant = ScanKernels.Variants.Single(variant => variant.Name == name);
        Skip.If(!variant.Available, variant.Reason);
        float[] tracks = Factors("tracks.npy"), listeners = Factors("listeners.npy");
        const int Dimension = 64, K = 100, Queries = 20;
        using var quantised = new QuantisedArrays(tracks, Dimension);
        var request = new ScanRequest
        {
            Items = quantised.Matrix(tracks, Vectors.NormMax(tracks, Dimension)),
            Queries = listeners.AsSpan(0, Queries * Dimension),
            K = K,
            RowCount = tracks.Length / Dimension,
        };
        int[] expected = new int[Queries * K], rows = new int[Queries * K];
        float[] expectedScores = new float[Queries * K], scores = new float[Queries * K];
        new ScanScalar().Scan(request, new ScanWorkspace(), expected, expectedScores);
        ScanStatistics statistics = variant.Kernel!.Scan(request, new ScanWorkspace(), rows, scores);
        Assert.Equal(expected, rows);
        Assert.Equal(expectedScores, scores);
        Assert.InRange(statistics.Rescored, Queries * K, 2 * Queries * K);
    }

    private static float[] Factors(string file) => [.. NpyFile.Read<float>(TestData.Path("music-cds", file), dimensions: 2, columns: 64).Values];
}
