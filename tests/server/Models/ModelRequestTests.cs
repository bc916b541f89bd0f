using System.Runtime.InteropServices;
using Rubato.Client;
using Rubato.Server;
using Rubato.Tests.Support;
using Rubato.Wire;

namespace Rubato.Tests;

/// <summary>EMBED, RANK and INFER over TCP answer what the models answer, or say why not.</summary>
public sealed class ModelRequestTests
{
    [SkippableTheory, InlineData(1), InlineData(9)]
    public async Task ATowerEmbedsListeners(int seed)
    {
        await using var server = new ModelServer();
        await using RubatoClient client = await server.ClientAsync();
        var random = new Random(seed);
        var answer = new ModelAnswer();
        for (uint rows = 1; rows <= 200; rows += 66) // the batch holds 64
        {
            float[] features = Vectors.Uniform(random, (int)rows * 4);
            await client.EmbedAsync(new ModelQuery { Model = "tower", Rows = rows, Features = features }, answer);
            Assert.Equal((3, (int)rows, (int)rows * TestServer.Dimension), (answer.Version, answer.Rows, answer.Values.Length));
            int row = random.Next((int)rows), c = random.Next(TestServer.Dimension);
            double expected = Enumerable.Range(0, 4).Sum(k => (double)features[row * 4 + k] * server.TowerWeights[k * TestServer.Dimension + c]);
            Assert.Equal(expected, answer.Values[row * TestServer.Dimension + c], 1e-5);
            Assert.True(answer.ComputeTime > TimeSpan.Zero && answer.BatchRows > 0);
        }
    }

    [SkippableTheory, InlineData(1), InlineData(9)]
    public async Task ARankerScoresTracksWithTheirVectorsAndAttributes(int seed)
    {
        await using var server = new ModelServer();
        await using RubatoClient client = await server.ClientAsync();
        var random = new Random(seed);
        long[] tracks = [.. Enumerable.Range(0, 150).Select(_ => (long)random.Next(TestServer.Tracks))];
        float[] features = Vectors.Uniform(random, tracks.Length * 2), listener = TestServer.Listener(seed);
        var answer = new ModelAnswer();
        await client.RankAsync(new ModelQuery { Model = "ranker", Listener = listener, Tracks = tracks, Features = features, Deadline = TimeSpan.FromSeconds(30) }, answer);
        Assert.Equal((5, 150, 150), (answer.Version, answer.Values.Length, answer.Relevance.Length));
        for (int i = 0; i < tracks.Length; i++)
        {
            float[] vector = server.Server.Server.Engine.Catalogue.Vector((int)tracks[i]).ToArray();
            double expected = listener.Concat(vector).Concat([0, 0, 0]).Concat(features.Skip(i * 2).Take(2)).Zip(server.RankerWeights, (value, weight) => (double)value * weight).Sum();
            Assert.Equal(expected, answer.Values[i], 1e-4);
            Assert.Equal(1 / (1 + Math.Exp(-0.5 * expected - 0.1)), answer.Relevance[i], 1e-4);
        }
    }

    [SkippableFact]
    public async Task AnyModelRunsOnNamedTensors()
    {
        await using var server = new ModelServer();
        await using RubatoClient client = await server.ClientAsync();
        var answer = new ModelAnswer();
        await client.InferAsync(new ModelQuery { Model = "any", Tensors = [Floats("x", [1, 2, 3, 4, 5, 6, 7, 8], 2, 4)] }, answer);
        Assert.Equal([-1f, -2, -3, -4, -5, -6, -7, -8], MemoryMarshal.Cast<byte, float>(Assert.Single(answer.Tensors).Data.Span).ToArray());
        Assert.Equal(("y", 2L, 4L, 2), (answer.Tensors[0].Name, answer.Tensors[0].Shape[0], answer.Tensors[0].Shape[1], answer.BatchRows));
        await client.InferAsync(new ModelQuery { Model = "loop", Tensors = [Floats("x", [1, 2, 3], 3, 1), new WireTensor { Name = "turns", Element = 7, Shape = [1], Data = BitConverter.GetBytes(5L) }] }, answer);
        Assert.Equal([6f, 7, 8], MemoryMarshal.Cast<byte, float>(answer.Tensors[0].Data.Span).ToArray());
    }

    [SkippableFact]
    public async Task BFloat16GoesInAndComesOutAndMustBeFinite()
    {
        await using var server = new ModelServer();
        server.Folders.Echo("half", 1, 16, [1], OnnxModels.Tensor("x", 16, new byte[2], 1), OnnxModels.Tensor("y", 16, new byte[2], 1));
        await server.Host.LookAsync();
        await using RubatoClient client = await server.ClientAsync();
        var answer = new ModelAnswer();
        ushort[] values = [0x3F80, 0xC020, 0x7F7F, 1, 0x8000]; // 1, −2.5, the largest, the least, −0
        await client.InferAsync(new ModelQuery { Model = "half", Tensors = [Half(values)] }, answer);
        WireTensor output = Assert.Single(answer.Tensors);
        Assert.Equal((16, 5L), (output.Element, Assert.Single(output.Shape)));
        Assert.Equal(values, MemoryMarshal.Cast<byte, ushort>(output.Data.Span).ToArray());
        foreach (ushort bad in new ushort[] { 0x7F80, 0xFF80, 0x7FC0, 0xFF81 })
            await Refused(client.InferAsync(new ModelQuery { Model = "half", Tensors = [Half(0, bad)] }, answer), ErrorCode.ModelMismatch, "input 'x': element 1 is NaN or infinite");
        await Refused(client.InferAsync(new ModelQuery { Model = "any", Tensors = [Half(values)] }, answer), ErrorCode.ModelMismatch, "input 'x' is bfloat16[5] (expected x: float32[batch, 4])");

        static WireTensor Half(params ushort[] values) => new() { Name = "x", Element = 16, Shape = [values.Length], Data = MemoryMarshal.AsBytes<ushort>(values).ToArray() };
    }

    [SkippableFact]
    public async Task TextsGoInAndComeOut()
    {
        await using var server = new ModelServer();
        await using RubatoClient client = await server.ClientAsync();
        var answer = new ModelAnswer();
        foreach (string[] texts in new string[][] { ["", "Rubato", "日本語 🎼", new string('x', 5000)], ["one"] })
        {
            await client.InferAsync(new ModelQuery { Model = "echo", Tensors = [WireTensor.OfTexts("x", texts, texts.Length)] }, answer);
            WireTensor output = Assert.Single(answer.Tensors);
            Assert.Null(output.ReadTexts(out string[] read));
            Assert.Equal(texts, read);
            Assert.Equal(("y", 8, texts.LongLength), (output.Name, output.Element, Assert.Single(output.Shape)));
        }
        server.Server.AssertHealthy();
    }

    [SkippableTheory]
    [InlineData(2, new byte[] { 1, 0, 0, 0, 65 }, "5 bytes for 2 texts")]
    [InlineData(1, new byte[] { }, "0 bytes for 1 texts")]
    [InlineData(1, new byte[] { 2, 0, 0, 0, 65 }, "text 0: 2 bytes (expected at most 1, which are left)")]
    [InlineData(1, new byte[] { 255, 255, 255, 255, 65 }, "text 0: 4294967295 bytes (expected at most 1, which are left)")]
    [InlineData(2, new byte[] { 4, 0, 0, 0, 65, 65, 65, 65, 1, 0, 0 }, "text 1: the data ends before its length")]
    [InlineData(1, new byte[] { 1, 0, 0, 0, 65, 66 }, "1 bytes behind the last text")]
    [InlineData(1, new byte[] { 2, 0, 0, 0, 0xC3, 0x28 }, "text 0: not UTF-8")]
    [InlineData(1, new byte[] { 3, 0, 0, 0, 0xED, 0xA0, 0x80 }, "text 0: not UTF-8")]
    [InlineData(1, new byte[] { 2, 0, 0, 0, 65, 0 }, "text 0 has a zero byte")]
    [InlineData(-1, new byte[] { 1, 0, 0, 0, 65 }, "a shape of [-1]")]
    [InlineData(long.MaxValue, new byte[] { 1, 0, 0, 0, 65 }, "a shape of [9223372036854775807]")]
    public async Task MalformedTextsAreRefusedAndTheConnectionGoesOn(long count, byte[] data, string error)
    {
        await using var server = new ModelServer();
        await using RubatoClient client = await server.ClientAsync();
        await Refused(client.InferAsync(new ModelQuery { Model = "echo", Tensors = [new WireTensor { Name = "x", Element = 8, Shape = [count], Data = data }] }, new()), ErrorCode.ModelMismatch, error);
        await client.InferAsync(new ModelQuery { Model = "echo", Tensors = [WireTensor.OfTexts("x", ["a"], 1)] }, new());
        server.Server.AssertHealthy();
    }

    [Fact]
    public void HalfOfASurrogatePairIsNotSent() => Assert.ThrowsAny<ArgumentException>(() => WireTensor.OfTexts("x", ["\uD800"], 1));

    [SkippableFact]
    public async Task WhatAModelDoesNotTakeIsNamed()
    {
        await using var server = new ModelServer();
        await using RubatoClient client = await server.ClientAsync();
        float[] listener = TestServer.Listener();
        await Refused(client.EmbedAsync(new ModelQuery { Model = "nothing", Rows = 1, Features = new float[4] }, new()), ErrorCode.UnknownModel, "model: 'nothing' is not served here");
        await Refused(client.EmbedAsync(new ModelQuery { Model = "tower", Version = 9, Rows = 1, Features = new float[4] }, new()), ErrorCode.UnknownModel, "version: 9 of model 'tower' is not loaded");
        await Refused(client.EmbedAsync(new ModelQuery { Model = "tower", Label = "canary", Rows = 1, Features = new float[4] }, new()), ErrorCode.UnknownModel, "label: no version of model 'tower' is canary");
        await Refused(client.EmbedAsync(new ModelQuery { Model = "tower", Rows = 1, Features = new float[5] }, new()), ErrorCode.ModelMismatch, "5 values a row given, 4 float32 expected");
        await Refused(client.EmbedAsync(new ModelQuery { Model = "tower", Rows = 1, Features = new[] { 1, 2, float.NaN, 4 } }, new()), ErrorCode.ModelMismatch, "features: value 2 is NaN or infinite");
        await Refused(client.EmbedAsync(new ModelQuery { Model = "tower" }, new()), ErrorCode.ModelMismatch, "rows: 0 given");
        await Refused(client.RankAsync(new ModelQuery { Model = "tower", Rows = 1, Features = new float[4] }, new()), ErrorCode.ModelMismatch, "0 values a row given, 4 float32 expected");
        await Refused(client.EmbedAsync(new ModelQuery { Model = "loop", Rows = 1, Features = new float[4] }, new()), ErrorCode.ModelMismatch, "gives no input or no output a role");
        await Refused(client.RankAsync(new ModelQuery { Model = "ranker", Listener = listener, Tracks = new long[] { 1, 999 }, Features = new float[4] }, new()), ErrorCode.UnknownTrack, "track 1 is not in the catalogue");
        await Refused(client.RankAsync(new ModelQuery { Model = "ranker", Listener = listener, Rows = 2, Features = new float[4] }, new()), ErrorCode.ModelMismatch, "0 values a row given, 16 float32 expected");
        await Refused(client.InferAsync(new ModelQuery { Model = "any", Tensors = [Floats("z", [1], 1)] }, new()), ErrorCode.ModelMismatch, "no input 'z' (expected x)");
        await Refused(client.InferAsync(new ModelQuery { Model = "any", Tensors = [Floats("x", [1], 1)] }, new()), ErrorCode.ModelMismatch, "input 'x' is float32[1] (expected x: float32[batch, 4])");
        await Refused(client.InferAsync(new ModelQuery { Model = "any", Tensors = [Floats("x", [1], 1L << 62, 4)] }, new()), ErrorCode.ModelMismatch, "4 bytes for [4611686018427387904, 4]");
        await Refused(client.InferAsync(new ModelQuery { Model = "any", Tensors = [Floats("x", [1], 1), Floats("x", [1], 1)] }, new()), ErrorCode.ModelMismatch, "given twice");
        await Refused(client.InferAsync(new ModelQuery { Model = "any", Tensors = [new WireTensor { Name = "x", Element = 14, Shape = [1], Data = new byte[1] }] }, new()), ErrorCode.ModelMismatch, "elements of type 14");
        await Refused(client.InferAsync(new ModelQuery { Model = "any", Tensors = [WireTensor.OfTexts("x", ["1"], 1)] }, new()), ErrorCode.ModelMismatch, "input 'x' is string[1] (expected x: float32[batch, 4])");
        await Refused(client.InferAsync(new ModelQuery { Model = "any", Tensors = [Floats("x", [1, 2, float.NaN, 4], 1, 4)] }, new()), ErrorCode.ModelMismatch, "input 'x': element 2 is NaN or infinite");
        server.Server.AssertHealthy();
    }

    [SkippableFact]
    public async Task ARunThatExceedsItsDeadlineIsEndedAndTheNextRequestIsUnaffected()
    {
        await using var server = new ModelServer();
        await using RubatoClient client = await server.ClientAsync();
        var answer = new ModelAnswer();
        for (int round = 0; round < 3; round++)
        {
            using RawConnection raw = server.Server.Connect(); // the client would give up by itself
            raw.Send(Frames.Frame(Frames.Request(Opcode.Infer, 7) with { DeadlineMicroseconds = 50_000 }, Frames.Model(new ModelRequest
            {
                Model = "loop"u8, Tensors = [Floats("x", [1], 1, 1), new WireTensor { Name = "turns", Element = 7, Shape = [1], Data = BitConverter.GetBytes(long.MaxValue) }],
            })));
            (string message, _, Stage stage) = raw.ReadError(ErrorCode.DeadlineExceeded, 7);
            Assert.Equal(Stage.Compute, stage);
            Assert.StartsWith("the deadline of ", message);
            await client.InferAsync(new ModelQuery { Model = "loop", Tensors = [Floats("x", [1], 1, 1), new WireTensor { Name = "turns", Element = 7, Shape = [1], Data = BitConverter.GetBytes(2L) }] }, answer);
            Assert.Equal(3f, MemoryMarshal.Read<float>(answer.Tensors[0].Data.Span));
        }
    }

    [SkippableTheory, InlineData(7, true), InlineData(8, false)]
    public async Task AnOutputOfMoreDimensionsThanTheWireHasIsAnErrorAndTheServerGoesOn(int dimensions, bool fits)
    {
        await using var server = new ModelServer();
        server.Folders.Write("deep", 1, OnnxModels.Deep(dimensions), """ "labels": ["stable"], """, [("x", [1, 2, 3, 4], [1, 4])], [1, 2, 3, 4], [1, .. Enumerable.Repeat(1L, dimensions - 2), 4]);
        await server.Host.LookAsync();
        await using RubatoClient client = await server.ClientAsync();
        var query = new ModelQuery { Model = "deep", Tensors = [Floats("x", [1, 2, 3, 4], 1, 4)] };
        var answer = new ModelAnswer();
        for (int round = 0; round < 3; round++)
        {
            if (fits) await client.InferAsync(query, answer);
            else await Refused(client.InferAsync(query, answer), ErrorCode.ModelFailed, "output 'y' has 8 dimensions (expected at most 7)");
        }
        if (fits) Assert.Equal([1L, 1, 1, 1, 1, 1, 4], Assert.Single(answer.Tensors).Shape);
        await client.InferAsync(new ModelQuery { Model = "any", Tensors = [Floats("x", [1, 2, 3, 4], 1, 4)] }, answer);
        server.Server.AssertHealthy();
    }

    [Fact]
    public void OutputsThatTheWireCannotCarryAreNamed()
    {
        var tensor = ModelTensor.Of<float>([1], 1);
        Assert.Null(ModelTensors.WireProblem(Enumerable.Range(0, 64).Select(i => ($"{i}", (ModelValue)tensor))));
        Assert.Equal("more than 64 outputs", ModelTensors.WireProblem(Enumerable.Range(0, 65).Select(i => ($"{i}", (ModelValue)tensor))));
        Assert.Null(ModelTensors.WireProblem([(new string('ä', 128), tensor)]));
        Assert.StartsWith("an output's name takes 258 bytes (expected at most 256): 'ää", ModelTensors.WireProblem([(new string('ä', 129), tensor)]));
    }

    [SkippableFact]
    public async Task AServerWithoutModelsSaysSo()
    {
        await using var server = new TestServer();
        await using RubatoClient client = await server.ClientAsync();
        await Refused(client.EmbedAsync(new ModelQuery { Model = "tower", Rows = 1, Features = new float[4] }, new()), ErrorCode.UnknownModel, "this server has no models");
    }

    [SkippableFact]
    public async Task AnAnswerThatTheCallerDoesNotTakeIsNotComputed()
    {
        await using var server = new ModelServer();
        using var raw = new RawConnection(server.Address);
        raw.SayHello(answerBytesMax: 4096);
        raw.Send(Frames.Frame(Frames.Request(Opcode.Embed, 3), Frames.Model(new ModelRequest { Model = "tower"u8, Rows = 100, Features = new float[400] })));
        Assert.Contains("the caller takes 4096", raw.ReadError(ErrorCode.AnswerTooLarge, 3).Message);
        Assert.Equal(0, server.Host.Version("tower", 3).Generation!.Counters.Rows);
    }

    [SkippableFact]
    public async Task RequestsInFlightAreLimitedAndSurviveTheirConnection()
    {
        await using var server = new ModelServer(options => options.Limits.InFlightMax = 2);
        using (RawConnection raw = server.Server.Connect())
        {
            using var gate = new GateWork();
            server.Host.Submit("tower", gate);
            gate.WaitUntilEntered();
            for (ulong id = 1; id <= 3; id++) raw.Send(Frames.Frame(Frames.Request(Opcode.Embed, id), Frames.Model(new ModelRequest { Model = "tower"u8, Rows = 1, Features = new float[4] })));
            raw.ReadError(ErrorCode.CreditExceeded, 3);
            gate.Open();
            Assert.Equal([1, 2], raw.ReadReplies(2));
            raw.Send(Frames.Frame(Frames.Request(Opcode.Embed, 4), Frames.Model(new ModelRequest { Model = "tower"u8, Rows = 1, Features = new float[4] })));
        }
        server.Server.AssertHealthy();
    }

    [SkippableFact]
    public async Task RecommendIsRankedByTheModelAndSaysSo()
    {
        await using var server = new ModelServer(options => (options.Models.Ranker, options.Models.RankerMillisecondsMax) = ("similar", 60_000));
        server.Folders.Write("similar", 6, OnnxModels.Linear([("s", 1), ("t", TestServer.Dimension)], [2, .. new float[TestServer.Dimension]]),
            """ "inputs": [{ "name": "s", "role": "candidateFeatures" }, { "name": "t", "role": "trackVector" }], "outputs": [{ "name": "y", "role": "score" }], "calibration": { "method": "platt", "slope": 1, "offset": 0 }, "labels": ["stable"], """,
            [("s", [1f], [1, 1]), ("t", new float[TestServer.Dimension], [1, TestServer.Dimension])], [2], [1, 1]);
        await using RubatoClient client = await server.ClientAsync();
        var answer = new ScoreAnswer();
        var query = new ScoreQuery { Listener = TestServer.Listener(), Candidates = TestServer.Candidates(50), Breakdown = true };
        await client.ScoreAsync(query, answer);
        Assert.Equal(0, answer.Generations.Model); // it was not there when the server started
        double[] plain = answer.Terms(0).ToArray();
        await server.Host.LookAsync();
        await client.ScoreAsync(query, answer);
        Assert.Equal(6, answer.Generations.Model);
        for (int i = 0; i < 50; i++) Assert.Equal(1 / (1 + Math.Exp(-2 * Math.Log(plain[i] / (1 - plain[i])))), answer.Terms(0)[i], 1e-5); // twice the similarity
        await client.RecommendAsync(new ScoreQuery { Listener = TestServer.Listener(), Slots = 5 }, answer);
        Assert.Equal(6, answer.Generations.Model);
        Assert.Equal(6, (await client.StatsAsync()).Generations.Model);
        Assert.Equal((2, 1), (server.Server.Server.Engine.RankerCounters.Ranked, server.Server.Server.Engine.RankerCounters.Fallbacks(RankerFallback.Unavailable)));
    }

    private static WireTensor Floats(string name, float[] values, params long[] shape) =>
        new() { Name = name, Element = 1, Shape = shape, Data = MemoryMarshal.AsBytes<float>(values).ToArray() };

    private static async Task Refused(ValueTask call, ErrorCode code, string message)
    {
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(call.AsTask);
        Assert.Equal(code, refused.Code);
        Assert.Contains(message, refused.Message);
    }
}
