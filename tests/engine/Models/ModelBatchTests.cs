using Rubato.Tests.Support;

namespace Rubato.Tests.Models;

/// <summary>Columns run in place give what single tensors give, without copies and without allocations.</summary>
public sealed class ModelBatchTests
{
    [SkippableTheory, InlineData(1), InlineData(20_260_801)]
    public void RowsGiveWhatTheyGiveAlone(int seed)
    {
        using ModelSession session = RealModelTests.Load("vespa-pairwise-ranker");
        using ModelBatch batch = session.CreateBatch(65);
        var random = new Random(seed);
        for (int rows = 1; rows <= 65; rows++)
        {
            foreach (string name in new[] { "query", "doc1", "doc2" }) Vectors.Uniform(random, rows * 16).CopyTo(batch.Input<float>(name));
            session.Run(batch, rows);
            int row = random.Next(rows);
            var alone = new Dictionary<string, ModelTensor>();
            foreach (string name in new[] { "query", "doc1", "doc2" }) alone[name] = ModelTensor.Of<float>(batch.Input<float>(name).Slice(row * 16, 16), 1, 16);
            float expected = ((ModelTensor)session.Infer(alone)[0]).Values<float>()[0];
            Assert.Equal(rows, batch.Output<float>("output").Length);
            Assert.Equal(expected, batch.Output<float>("output")[row], 1e-6f);
        }
    }

    [SkippableTheory, InlineData(1), InlineData(7)]
    public void AnInputOfFixedSizeIsSharedByAllRows(int seed)
    {
        using ModelSession session = RealModelTests.Load("vespa-innerproduct-ranker");
        using ModelBatch batch = session.CreateBatch(20);
        var random = new Random(seed);
        float[] query = Vectors.Uniform(random, 768), documents = Vectors.Uniform(random, 20 * 768);
        query.CopyTo(batch.Input<float>("query"));
        documents.CopyTo(batch.Input<float>("documents"));
        session.Run(batch, 20);
        for (int row = 0; row < 20; row++)
        {
            double expected = 0;
            for (int i = 0; i < 768; i++) expected += (double)query[i] * documents[row * 768 + i];
            Assert.Equal(expected, batch.Output<float>("score")[row], 1e-4);
        }
    }

    [SkippableFact]
    public void AModelWithoutABatchDimensionRunsRowByRow()
    {
        using ModelSession session = RealModelTests.Load("vespa-pca-768-128");
        using ModelBatch batch = session.CreateBatch(3);
        var random = new Random(1);
        Vectors.Uniform(random, 3 * 768).CopyTo(batch.Input<float>("vector"));
        session.Run(batch, 3);
        for (int row = 0; row < 3; row++)
        {
            var alone = new Dictionary<string, ModelTensor> { ["vector"] = ModelTensor.Of<float>(batch.Input<float>("vector").Slice(row * 768, 768), 768) };
            Assert.Equal(((ModelTensor)session.Infer(alone)[0]).Values<float>().ToArray(), batch.Output<float>("reduced_vector").Slice(row * 128, 128).ToArray());
        }
    }

    [SkippableFact]
    public void AFixedBatchRunsInPiecesOfItsSize()
    {
        byte[] model = OnnxModels.Model(OnnxModels.Graph((1, OnnxModels.Node("Neg", ["x"], ["y"])),
            (11, OnnxModels.Value("x", OnnxModels.Float, "4,2")), (12, OnnxModels.Value("y", OnnxModels.Float, "4,2"))));
        using ModelSession session = ModelRuntimes.Load(model);
        using ModelBatch batch = session.CreateBatch(10);
        Assert.Equal(4, batch.RunRowsMax);
        for (int rows = 1; rows <= 10; rows++)
        {
            float[] values = Vectors.Uniform(new Random(rows), rows * 2);
            values.CopyTo(batch.Input<float>("x"));
            session.Run(batch, rows);
            Assert.Equal(values.Select(value => -value), batch.Output<float>("y").ToArray());
        }
    }

    [SkippableFact]
    public void OpenDimensionsAreGivenByName()
    {
        using ModelSession session = RealModelTests.Load("vespa-transformer");
        Assert.Contains("'tokens'", Assert.Throws<ModelException>(() => session.CreateBatch(2)).Message);
        using ModelBatch batch = session.CreateBatch(2, dimensions: new Dictionary<string, long> { ["tokens"] = 5 });
        Assert.Equal(10, batch.Input<int>("input").Length);
        batch.Input<int>("input").Fill(1);
        session.Run(batch, 2);
        Assert.Equal(2 * 5 * 16, batch.Output<float>("output").Length);
    }

    [SkippableFact]
    public void RunsAllocateNothing()
    {
        using ModelSession session = RealModelTests.Load("vespa-pairwise-ranker");
        using ModelBatch batch = session.CreateBatch(64);
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            for (int run = 0; run < 200; run++) session.Run(batch, 1 + run % 64, run % 2 == 0 ? TimeSpan.FromSeconds(30) : null);
        }));
    }

    [SkippableFact]
    public async Task ThreadsRunOneSessionWithABatchEach()
    {
        using ModelSession session = RealModelTests.Load("vespa-pairwise-ranker");
        float[][] answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using ModelBatch batch = session.CreateBatch(32);
            foreach (string name in new[] { "query", "doc1", "doc2" }) Vectors.Uniform(new Random(5), 32 * 16).CopyTo(batch.Input<float>(name));
            for (int run = 0; run < 500; run++) session.Run(batch, 32);
            return batch.Output<float>("output").ToArray();
        })));
        foreach (float[] answer in answers) Assert.Equal(answers[0], answer);
    }

    [SkippableFact]
    public void ASessionMayGoBeforeItsBatches()
    {
        ModelSession session = RealModelTests.Load("vespa-pairwise-ranker");
        using ModelBatch batch = session.CreateBatch(1);
        session.Run(batch, 1);
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(() => session.Run(batch, 1));
    }

    [SkippableFact]
    public void WrongUseIsRefused()
    {
        using ModelSession session = RealModelTests.Load("vespa-pairwise-ranker"), other = RealModelTests.Load("vespa-pairwise-ranker");
        using ModelBatch batch = session.CreateBatch(2);
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Run(batch, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Run(batch, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.CreateBatch(0));
        Assert.Throws<ArgumentException>(() => other.Run(batch, 1));
        Assert.Contains("query, doc1, doc2", Assert.Throws<ArgumentException>(() => batch.Input<float>("nothing")).Message);
        Assert.Contains("float32", Assert.Throws<InvalidOperationException>(() => batch.Input<long>("query")).Message);
        Assert.Contains("no output 'nothing'", Assert.Throws<ModelException>(() => session.CreateBatch(1, ["nothing"])).Message);
    }
}
