using System.IO.Compression;
using System.Globalization;
using Rubato.Tests.Support;
using Xunit.Abstractions;

namespace Rubato.Tests.Models;

/// <summary>Models from public repositories answer what their own sources expect.</summary>
public sealed class RealModelTests(ITestOutputHelper output)
{
    [SkippableTheory]
    [InlineData("ort-mnist-cnn", "test_data_set_0", 1e-4)]
    [InlineData("ort-mnist-cnn", "test_data_set_1", 1e-4)]
    [InlineData("ort-mnist-cnn", "test_data_set_2", 1e-4)]
    [InlineData("tract-xgboost-regressor-tree", "io.npz", 1e-5)]
    [InlineData("tract-xgboost-classifier-tree", "io.npz", 1e-5)]
    [InlineData("tract-lgbm-regressor-tensor", "io.npz", 1e-5)]
    [InlineData("tract-lgbm-classifier-tensor", "io.npz", 1e-5)]
    [InlineData("tract-byte-sb-bidi-lstm", "io.npz", 1e-3)]
    public void AnswersAsExpected(string model, string data, double relative)
    {
        using ModelSession session = Load(model);
        ModelExpectation expectation = ModelExpectation.Read(TestData.Path("onnx-models", model, data), session);
        double error = expectation.Check(session, new TensorComparison(relative, relative / 10));
        output.WriteLine($"FIGURE {model}: largest error {error:g3}");
    }

    [SkippableTheory, InlineData(1), InlineData(64), InlineData(1000)]
    public void NeuralCollaborativeFilteringScoresInBatches(int rowsMax)
    {
        using ModelSession session = Load("skardi-ncf");
        (long[] users, long[] items, float[] expected) = Scores();
        using ModelBatch batch = session.CreateBatch(rowsMax);
        Assert.Equal(1, batch.RunRowsMax); // its first dimension is fixed to 1
        double worst = 0;
        for (int at = 0; at < expected.Length; at += rowsMax)
        {
            int rows = Math.Min(rowsMax, expected.Length - at);
            users.AsSpan(at, rows).CopyTo(batch.Input<long>("user_input_0"));
            items.AsSpan(at, rows).CopyTo(batch.Input<long>("item_input_0"));
            session.Run(batch, rows);
            ReadOnlySpan<float> scores = batch.Output<float>("prediction_Sigmoid_01");
            Assert.Equal(rows, scores.Length);
            for (int row = 0; row < rows; row++) worst = Math.Max(worst, Math.Abs(scores[row] - expected[at + row]));
        }
        output.WriteLine($"FIGURE skardi-ncf: {expected.Length} scores, largest error {worst:g3}");
        Assert.Equal(20_000, expected.Length);
        Assert.InRange(worst, 0, 1e-5);
    }

    [SkippableFact]
    public void AnOperatorSetOlderThanTheRuntimesIsRefused() =>
        Assert.Contains("Could not find an implementation for Add(1)", Assert.Throws<ModelException>(() => Load("vespa-mnist-softmax")).Message);

    [SkippableFact]
    public void AForestsMapsOfProbabilitiesAreRead()
    {
        using ModelSession session = Load("yalue-sklearn-randomforest");
        Assert.Equal("sequence(map(int64, tensor(float32)))", session.Outputs[1].Type);
        ModelTensor flowers = ModelTensor.Of<float>([5.1f, 3.5f, 1.4f, 0.2f, 6.7f, 3.0f, 5.2f, 2.3f], 2, 4);
        IReadOnlyList<ModelValue> answer = session.Infer(new Dictionary<string, ModelTensor> { ["X"] = flowers });
        Assert.Equal(new long[] { 0, 2 }, ((ModelTensor)answer[0]).Values<long>().ToArray()); // setosa, virginica
        IReadOnlyList<ModelValue> rows = ((ModelSequence)answer[1]).Items;
        Assert.Equal(2, rows.Count);
        for (int row = 0; row < 2; row++)
        {
            var map = (ModelMap)rows[row];
            Assert.Equal(new long[] { 0, 1, 2 }, map.Keys.Values<long>().ToArray());
            float[] probabilities = map.Values.Values<float>().ToArray();
            Assert.Equal(1, probabilities.Sum(), 1e-5);
            Assert.Equal(((ModelTensor)answer[0]).Values<long>()[row], Array.IndexOf(probabilities, probabilities.Max()));
        }
    }

    [SkippableFact]
    public void AnOutputOfMapsIsLeftOutOfABatchOrRefused()
    {
        using ModelSession session = Load("yalue-sklearn-randomforest");
        var refused = Assert.Throws<ModelException>(() => session.CreateBatch(4));
        Assert.Contains("output_probability: sequence(map(int64, tensor(float32)))", refused.Message);
        using ModelBatch batch = session.CreateBatch(4, ["output_label"]);
        new[] { 6.7f, 3.0f, 5.2f, 2.3f }.CopyTo(batch.Input<float>("X"));
        session.Run(batch, 1);
        Assert.Equal([2L], batch.Output<long>("output_label").ToArray());
    }

    [SkippableFact]
    public void AModelSaysWhatItIs()
    {
        using ModelSession session = Load("vespa-pairwise-ranker");
        Assert.Equal(["query: float32[batch, 16]", "doc1: float32[batch, 16]", "doc2: float32[batch, 16]"], session.Inputs.Select(info => info.ToString()));
        Assert.Equal(["output: float32[batch, 1]"], session.Outputs.Select(info => info.ToString()));
        Assert.Equal("pytorch", session.Metadata.Producer);
        Assert.Equal(3155, session.Bytes);
    }

    internal static ModelSession Load(string model, ModelSessionOptions? options = null) =>
        ModelSession.Load(ModelRuntimes.Shared, TestData.Path("onnx-models", model, "model.onnx"), options);

    private static (long[] Users, long[] Items, float[] Scores) Scores()
    {
        using var file = new GZipStream(File.OpenRead(TestData.Path("onnx-models", "skardi-ncf", "expected-first-200-users.tsv.gz")), CompressionMode.Decompress);
        using var reader = new StreamReader(file);
        string[][] rows = [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split('\t'))];
        return ([.. rows.Select(row => long.Parse(row[0]))], [.. rows.Select(row => long.Parse(row[1]))],
            [.. rows.Select(row => float.Parse(row[2], CultureInfo.InvariantCulture))]);
    }
}
