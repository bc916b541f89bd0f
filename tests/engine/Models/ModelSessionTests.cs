using System.Diagnostics;
using Rubato.Tests.Support;

namespace Rubato.Tests.Models;

/// <summary>Deadlines end runs, wrong inputs and outputs that are not numbers are refused, and a missing provider is told.</summary>
public sealed class ModelSessionTests
{
    [SkippableFact]
    public void ARunThatExceedsItsDeadlineIsEndedAndTheNextIsUnaffected()
    {
        using ModelSession session = ModelRuntimes.Load(OnnxModels.Loop());
        using ModelBatch batch = session.CreateBatch(1);
        for (int round = 0; round < 3; round++)
        {
            batch.Input<float>("x")[0] = 1;
            batch.Input<long>("turns")[0] = long.MaxValue;
            long start = Stopwatch.GetTimestamp();
            var ended = Assert.Throws<ModelDeadlineException>(() => session.Run(batch, 1, TimeSpan.FromMilliseconds(50)));
            Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 49, 30_000);
            Assert.Equal("the deadline of 50 ms passed", ended.Message);
            Assert.Equal(0, batch.Output<float>("y").Length);
            batch.Input<long>("turns")[0] = 10;
            session.Run(batch, 1, TimeSpan.FromSeconds(30));
            Assert.Equal([11f], batch.Output<float>("y").ToArray());
            session.Run(batch, 1);
            Assert.Equal([11f], batch.Output<float>("y").ToArray());
        }
    }

    [SkippableFact]
    public void ADeadlineThatHasPassedIsRefusedBeforeTheRun()
    {
        using ModelSession session = ModelRuntimes.Load(OnnxModels.Unary("Neg"));
        using ModelBatch batch = session.CreateBatch(1);
        Assert.Throws<ModelDeadlineException>(() => session.Run(batch, 1, TimeSpan.Zero));
        Assert.Throws<ModelDeadlineException>(() => session.Infer(new Dictionary<string, ModelTensor> { ["x"] = ModelTensor.Of<float>([1, 2, 3, 4], 1, 4) },
            deadline: TimeSpan.FromMilliseconds(-1)));
    }

    [SkippableFact]
    public void InferencesHaveDeadlinesToo()
    {
        using ModelSession session = ModelRuntimes.Load(OnnxModels.Loop());
        var inputs = new Dictionary<string, ModelTensor> { ["x"] = ModelTensor.Of<float>([0], 1, 1), ["turns"] = ModelTensor.Of<long>([long.MaxValue], 1) };
        Assert.Throws<ModelDeadlineException>(() => session.Infer(inputs, deadline: TimeSpan.FromMilliseconds(20)));
        inputs["turns"] = ModelTensor.Of<long>([3], 1);
        Assert.Equal([3f], ((ModelTensor)session.Infer(inputs)[0]).Values<float>().ToArray());
    }

    [SkippableTheory]
    [InlineData("Log", -1, false)] // NaN
    [InlineData("Reciprocal", 0, false)] // infinity
    [InlineData("Log", 1, true)]
    public void OutputsThatAreNotNumbersAreRefused(string op, float value, bool finite)
    {
        using ModelSession session = ModelRuntimes.Load(OnnxModels.Unary(op));
        using ModelBatch batch = session.CreateBatch(8);
        batch.Input<float>("x").Fill(1);
        batch.Input<float>("x")[4 * 5 + 2] = value;
        session.Run(batch, 5); // the row after the last does not count
        if (finite)
        {
            session.Run(batch, 8);
            return;
        }
        var refused = Assert.Throws<ModelRunException>(() => session.Run(batch, 8));
        Assert.Equal("output 'y', row 5: not a finite number", refused.Message);
        using ModelSession tolerant = ModelRuntimes.Load(OnnxModels.Unary(op), new ModelSessionOptions { RefuseNonFinite = false });
        using ModelBatch other = tolerant.CreateBatch(1);
        other.Input<float>("x").Fill(value);
        tolerant.Run(other, 1);
        Assert.False(float.IsFinite(other.Output<float>("y")[0]));
    }

    [SkippableFact]
    public void WrongInputsAreNamedWithWhatWasExpected()
    {
        using ModelSession session = ModelRuntimes.Load(OnnxModels.Unary("Neg"));
        Assert.Equal("input 'x' is missing (expected x: float32[batch, 4])", Refused());
        Assert.Equal("input 'x' is int64[1, 4] (expected x: float32[batch, 4])", Refused(("x", ModelTensor.Of<long>([1, 2, 3, 4], 1, 4))));
        Assert.Equal("input 'x' is float32[2, 2] (expected x: float32[batch, 4])", Refused(("x", ModelTensor.Of<float>([1, 2, 3, 4], 2, 2))));
        Assert.Equal("input 'x' is float32[4] (expected x: float32[batch, 4])", Refused(("x", ModelTensor.Of<float>([1, 2, 3, 4], 4))));
        Assert.Equal("no input 'z' (expected x)", Refused(("z", ModelTensor.Of<float>([1], 1))));
        Assert.Equal("no output 'z' (expected y)", Assert.Throws<ModelRunException>(() => session.Infer(new Dictionary<string, ModelTensor>(), ["z"])).Message);

        string Refused(params (string Name, ModelTensor Tensor)[] inputs) =>
            Assert.Throws<ModelRunException>(() => session.Infer(inputs.ToDictionary(input => input.Name, input => input.Tensor))).Message;
    }

    [SkippableFact]
    public void AnOperatorThatFailsIsTold()
    {
        byte[] model = OnnxModels.Model(OnnxModels.Graph((1, OnnxModels.Node("Gather", ["w", "i"], ["y"])), (5, OnnxModels.Tensor("w", OnnxModels.Float, [1f, 2f], 2)),
            (11, OnnxModels.Value("i", OnnxModels.Int64, "batch")), (12, OnnxModels.Value("y", OnnxModels.Float, "batch"))));
        using ModelSession session = ModelRuntimes.Load(model);
        using ModelBatch batch = session.CreateBatch(2);
        batch.Input<long>("i")[1] = 9;
        Assert.Contains("9", Assert.Throws<ModelRunException>(() => session.Run(batch, 2)).Message);
        batch.Input<long>("i")[1] = 1;
        session.Run(batch, 2);
        Assert.Equal([1f, 2f], batch.Output<float>("y").ToArray());
    }

    [SkippableFact]
    public void AMissingProviderFallsBackVisibly()
    {
        _ = ModelRuntimes.Shared;
        List<string> log = [];
        using ModelRuntime runtime = ModelRuntime.Open(new ModelRuntimeOptions { Log = (_, line) => { lock (log) log.Add(line); } });
        using var folder = new TemporaryFolder();
        string path = folder.Write("model.onnx", OnnxModels.Unary("Neg"));
        var options = new ModelSessionOptions { Provider = ModelProvider.Cuda };
        using ModelSession session = ModelSession.Load(runtime, path, options);
        Skip.If(session.Provider.Used == ModelProvider.Cuda, "CUDA is here");
        Assert.Equal((ModelProvider.Cuda, ModelProvider.Cpu), (session.Provider.Requested, session.Provider.Used));
        Assert.NotEmpty(session.Provider.FallbackReason!);
        lock (log) Assert.Contains(log, line => line.StartsWith($"{path}: runs on Cpu instead of Cuda: ", StringComparison.Ordinal));
        var refused = Assert.Throws<ModelException>(() => ModelSession.Load(runtime, path, options with { ProviderRequired = true }));
        Assert.StartsWith($"{path}: Cuda is not to be had: ", refused.Message);
        using ModelBatch batch = session.CreateBatch(1);
        batch.Input<float>("x").Fill(2);
        session.Run(batch, 1);
        Assert.Equal(-2, batch.Output<float>("y")[0]);
    }
}
