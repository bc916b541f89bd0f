using BenchmarkDotNet.Attributes;
using Rubato.Tests.Support;

namespace Rubato.Bench;

/// <summary>
/// What does ModelSession.Run cost over the binding's bare run on the same tensors, 64 rows at a time, on a small ranker and on a larger one? The
/// bare run passes names and values to the runtime and looks at nothing; ModelSession.Run binds memory, keeps the deadline and checks the outputs.
/// </summary>
[MemoryDiagnoser, MinColumn]
public class ModelRunBench
{
    private const int Rows = 64;
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"rubato-bench-{Guid.NewGuid():N}.onnx");
    private readonly nint[] _results = new nint[1];
    private ModelRuntime _runtime = null!;
    private ModelSession _session = null!;
    private ModelBatch _batch = null!;
    private OrtRunControl _control = null!;
    private OrtNames _names = null!;
    private OrtValues _inputs = null!;
    private OrtValues _outputs = null!;
    private nint[] _inputNames = null!;
    private nint[] _outputNames = null!;
    private nint[] _inputValues = null!;

    /// <summary>Widths of the ranker's layers.</summary>
    [Params("48-16-16-1", "128-256-128-1")]
    public string Widths { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        int[] widths = [.. Widths.Split('-').Select(int.Parse)];
        File.WriteAllBytes(_path, OnnxModels.Mlp(seed: 1, widths));
        _runtime = ModelRuntime.Open(new ModelRuntimeOptions { Threads = 1 });
        _session = ModelSession.Load(_runtime, _path);
        _batch = _session.CreateBatch(Rows);
        var random = new Random(2);
        foreach (ref float value in _batch.Input<float>("x")) value = 2 * random.NextSingle() - 1;
        OrtEnvironment environment = _runtime.Environment;
        _control = new OrtRunControl(environment);
        _names = new OrtNames(["x", "y"]);
        (_inputNames, _outputNames) = ([_names[0]], [_names[1]]);
        (_inputs, _outputs) = (new OrtValues(environment), new OrtValues(environment));
        _inputs.Add(ModelTensor.Of<float>(_batch.Input<float>("x"), Rows, widths[0]));
        _outputs.Add(new ModelTensor(ModelElementType.Float32, Rows, 1));
        _inputValues = _inputs.All;
        _outputs.All.CopyTo(_results, 0);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (IDisposable item in new IDisposable[] { _inputs, _outputs, _names, _control, _batch, _session, _runtime }) item.Dispose();
        File.Delete(_path);
    }

    /// <summary>The binding's run on values made before.</summary>
    [Benchmark(Baseline = true)]
    public void BareRun() => _session.Native.Run(_control, _inputNames, _inputValues, _outputNames, _results);

    /// <summary>ModelSession.Run.</summary>
    [Benchmark]
    public void SessionRun() => _session.Run(_batch, Rows);

    /// <summary>ModelSession.Run with a deadline.</summary>
    [Benchmark]
    public void SessionRunWithDeadline() => _session.Run(_batch, Rows, TimeSpan.FromSeconds(1));
}
