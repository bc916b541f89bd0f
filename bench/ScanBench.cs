using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using Rubato.Kernels.Similarity;

namespace Rubato.Bench;

/// <summary>
/// How near does each variant of the exact scan, selection and re-scoring included, come to what one core of this machine allows? A call
/// finds the 100 best rows of 2²⁵ ÷ dimension random ones, so that the int8 copy (32 MB, 64 at dimension 32) comes from the third cache.
/// Ceilings are measured between the benchmarks. Scalar variants, which judge, take one query. Two minutes on a quiet machine.
/// </summary>
[Config(typeof(Rooflines))]
public class ScanBench
{
    private const int Values = 1 << 25, K = 100;

    private readonly ScanWorkspace _workspace = new();
    private IScanKernel _kernel = null!;
    private ScanBenchData _data = null!;
    private int[] _rows = [];
    private float[] _scores = [];

    [Params(32, 64, 128, 256, 768)]
    public int Dimension { get; set; }

    [ParamsSource(nameof(Variants))]
    public string Variant { get; set; } = "";

    [Params(1, 8, 64, 1024)]
    public int Batch { get; set; }

    public static IEnumerable<string> Variants => ScanKernels.Variants.Where(variant => variant.Kernel is not null).Select(variant => variant.Name);

    [GlobalSetup]
    public void Setup()
    {
        _kernel = ScanKernels.Pick(Variant);
        _data = ScanBenchData.Of(Values / Dimension, Dimension);
        (_rows, _scores) = (new int[Batch * K], new float[Batch * K]);
        Ceilings[(Dimension, Variant, Batch)] = new(
            _kernel.ReadsCodes ? _data.CodeBytes : _data.ValueBytes,
            _kernel.ReadsCodes ? _data.CodesRead : _data.ValuesRead,
            BareLoop.GigaOperations(Variant, Batch));
    }

    [Benchmark]
    public ScanStatistics Scan() => _kernel.Scan(
        new ScanRequest { Items = _data.Items, Queries = _data.Queries(Batch), K = K, RowCount = _data.Items.Rows }, _workspace, _rows, _scores);

    private static readonly Dictionary<(int, string, int), Ceiling> Ceilings = [];

    /// <summary>Bytes of one pass over the rows, and what one core reaches: reading them, and in arithmetic.</summary>
    private readonly record struct Ceiling(long Bytes, double GigaBytes, double GigaOperations);

    private sealed class Rooflines : ManualConfig
    {
        public Rooflines()
        {
            AddJob(Job.Default.WithStrategy(RunStrategy.Monitoring).WithWarmupCount(1).WithIterationCount(5).AsMutator());
            AddFilter(new SimpleFilter(benchmark => !Name(benchmark).StartsWith("scalar", StringComparison.Ordinal) || Queries(benchmark) == 1));
            AddColumn(StatisticColumn.Min);
            AddColumn(new RooflineColumn("GB/s", "row bytes (int8 or fp32) of one pass ÷ shortest time", "F1", GigaBytes));
            AddColumn(new RooflineColumn("of read", "GB/s ÷ the best plain reading of the same bytes", "P0", (benchmark, seconds) =>
                GigaBytes(benchmark, seconds) / Of(benchmark).GigaBytes));
            AddColumn(new RooflineColumn("Gop/s", "multiplications and additions of all scores ÷ shortest time", "F0", GigaOperations));
            AddColumn(new RooflineColumn("of loop", "Gop/s ÷ a bare loop of the variant's instruction (tiles, byte dot products, fused multiply-add)", "P0",
                (benchmark, seconds) => GigaOperations(benchmark, seconds) / Of(benchmark).GigaOperations));
        }

        private static double GigaBytes(BenchmarkCase benchmark, double seconds) => 1e-9 * Of(benchmark).Bytes / seconds;

        private static double GigaOperations(BenchmarkCase benchmark, double seconds)
        {
            long rows = Values / Vectors(benchmark);
            return 2e-9 * rows * Vectors(benchmark) * Queries(benchmark) / seconds;
        }

        private static Ceiling Of(BenchmarkCase benchmark) =>
            Ceilings.GetValueOrDefault((Vectors(benchmark), Name(benchmark), Queries(benchmark)), new(0, double.NaN, double.NaN));

        private static string Name(BenchmarkCase benchmark) => (string)benchmark.Parameters[nameof(Variant)];

        private static int Queries(BenchmarkCase benchmark) => (int)benchmark.Parameters[nameof(Batch)];

        private static int Vectors(BenchmarkCase benchmark) => (int)benchmark.Parameters[nameof(Dimension)];
    }
}
