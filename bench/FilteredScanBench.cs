using BenchmarkDotNet.Attributes;
using Rubato.Kernels.Similarity;

namespace Rubato.Bench;

/// <summary>
/// What does a filter of its own for every query cost or save, against the same queries without filters? The 100 best rows of 262,144 × 128, one
/// row in 4 to 256 allowed.
/// </summary>
[MinColumn, MedianColumn]
public class FilteredScanBench
{
    private const int Rows = 262_144, Dimension = 128, K = 100;

    private readonly ScanWorkspace _workspace = new();
    private readonly IScanKernel _kernel = ScanKernels.Pick();
    private ScanBenchData _data = null!;
    private ulong[] _allowed = [];
    private int[] _rows = [];
    private float[] _scores = [];

    [Params(1, 32)]
    public int Batch { get; set; }

    [Params(4, 16, 64, 256)]
    public int OneIn { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(20_260_801);
        _data = ScanBenchData.Of(Rows, Dimension);
        (_rows, _scores) = (new int[Batch * K], new float[Batch * K]);
        _allowed = new ulong[Batch * Rows / 64];
        for (int bit = 0; bit < Batch * Rows; bit++)
            if (random.Next(OneIn) == 0) _allowed[bit / 64] |= 1ul << (bit % 64);
    }

    [Benchmark(Baseline = true)]
    public ScanStatistics Unfiltered() => Scan([]);

    [Benchmark]
    public ScanStatistics Filtered() => Scan(_allowed);

    private ScanStatistics Scan(ulong[] allowed) => _kernel.Scan(
        new ScanRequest { Items = _data.Items, Queries = _data.Queries(Batch), Allowed = allowed, K = K, RowCount = Rows }, _workspace, _rows, _scores);
}
