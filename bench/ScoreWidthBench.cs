using BenchmarkDotNet.Attributes;
using Rubato.Kernels.Similarity;

namespace Rubato.Bench;

/// <summary>
/// What do vector registers save over the reference when 100 given rows are scored, at our narrowest and widest rows? Eight doubles in two
/// registers is what a published binary runs, eight in one needs AVX-512 at compile time.
/// </summary>
[MemoryDiagnoser, MinColumn]
public class ScoreWidthBench
{
    private const int Candidates = 100, ItemRows = 20_000;

    private readonly ScoreScalar _scalar = new();
    private readonly float[] _scores = new float[Candidates];
    private float[] _query = [], _items = [];
    private int[] _rows = [];

    [Params(64, 768)]
    public int Dimension { get; set; }

    private ItemMatrix Items => new(_items, Dimension, float.MaxValue);

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(3);
        _query = [.. Enumerable.Range(0, Dimension).Select(_ => random.NextSingle() - 0.5f)];
        _items = [.. Enumerable.Range(0, ItemRows * Dimension).Select(_ => random.NextSingle() - 0.5f)];
        _rows = [.. Enumerable.Range(0, Candidates).Select(_ => random.Next(ItemRows))];
    }

    [Benchmark(Baseline = true)]
    public void Scalar() => _scalar.Score(_query, Items, _rows, _scores);

    [Benchmark]
    public void Vector128() => ScoreVector.Score<EightSums128>(_query, Items, _rows, _scores);

    [Benchmark]
    public void Vector256() => ScoreVector.Score<EightSums256>(_query, Items, _rows, _scores);
}
