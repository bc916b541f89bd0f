using System.Diagnostics;
using Rubato.Tests.Support;

namespace Rubato.Tests.Models;

/// <summary>Rows of many works become batches, and each work gets its own answers. A gate holds the only thread, so that what waits does wait.</summary>
public sealed class ModelQueueTests : IDisposable
{
    private readonly ModelFolders _folders = new();
    private readonly GateWork _gate = new();
    private ModelHost? _host;

    public void Dispose()
    {
        _gate.Dispose();
        _host?.Dispose();
        _folders.Dispose();
    }

    [SkippableTheory, InlineData(1), InlineData(20_260_801)]
    public async Task WhatArrivesMeanwhileIsTheNextBatch(int seed)
    {
        Serve("");
        Hold();
        var random = new Random(seed);
        RowsWork[] works = [.. Enumerable.Range(0, 12).Select(_ => Submit(Vectors.Uniform(random, 4 * random.Next(1, 5))))];
        Assert.Equal(works.Sum(work => work.Rows), _host!.Models[0].Versions[0].Generation!.QueueRows);
        _gate.Open();
        foreach (RowsWork work in works)
        {
            ModelOutcome outcome = await work.Outcome;
            Assert.Equal((ModelStatus.Ok, works.Sum(other => other.Rows)), (outcome.Status, outcome.BatchRows));
            Assert.True(outcome is { QueueTicks: > 0, ComputeTicks: > 0, BatchTicks: > 0 });
        }
        AssertNegated(works);
        Assert.Equal(2, _host.Models[0].Versions[0].Generation!.Counters.Batches); // the gate's and this one
    }

    [SkippableTheory, InlineData(1, 1), InlineData(7, 3)]
    public async Task ALargeWorkIsRunInPieces(int seed, int instances)
    {
        Serve($""" "rowsMax": 16, "instances": {instances}, """);
        var random = new Random(seed);
        RowsWork[] works = [.. Enumerable.Range(0, 20).Select(_ => Submit(Vectors.Uniform(random, 4 * random.Next(1, 100))))];
        foreach (RowsWork work in works) Assert.Equal(ModelStatus.Ok, (await work.Outcome).Status);
        AssertNegated(works);
        Assert.Equal(works.Sum(work => work.Rows), _host!.Models[0].Versions[0].Generation!.Counters.Rows);
    }

    [SkippableFact]
    public async Task WhoIsMoreUrgentGoesFirst()
    {
        Serve(""" "rowsMax": 1, """);
        Hold();
        var order = new List<ModelPriority>();
        RowsWork[] works = [.. new[] { ModelPriority.Low, ModelPriority.Normal, ModelPriority.High, ModelPriority.Normal }.Select(priority =>
            _host!.Submit("m", new RowsWork([1, 2, 3, 4], 4) { Priority = priority, OnDone = () => order.Add(priority) }))];
        _gate.Open();
        foreach (RowsWork work in works) await work.Outcome;
        Assert.Equal([ModelPriority.High, ModelPriority.Normal, ModelPriority.Normal, ModelPriority.Low], order);
    }

    [SkippableFact]
    public async Task AWorkWhoseDeadlinePassesInTheQueueIsNotComputed()
    {
        Serve("");
        Hold();
        var late = new RowsWork([1, 2, 3, 4], 4);
        late.DueIn(TimeSpan.FromMilliseconds(1));
        _host!.Submit("m", late);
        RowsWork other = Submit([5, 6, 7, 8]);
        await Task.Delay(5);
        _gate.Open();
        Assert.Equal(ModelStatus.LateInQueue, (await late.Outcome).Status);
        Assert.Equal((ModelStatus.Ok, 1), ((await other.Outcome).Status, (await other.Outcome).BatchRows));
        Assert.Equal([0f, 0, 0, 0], late.Answers);
    }

    [SkippableFact]
    public async Task AFullQueueSaysWhenToTryAgain()
    {
        Serve(""" "queueRowsMax": 8, """);
        Hold();
        RowsWork waits = Submit(new float[4 * 7]);
        ModelGeneration generation = _host!.Hold("m");
        Assert.False(generation.TrySubmit(new RowsWork(new float[8], 4), out int retryAfterMilliseconds));
        Assert.InRange(retryAfterMilliseconds, 1, 10_000);
        Assert.False(generation.TrySubmit(new RowsWork(new float[4], 4) { Priority = ModelPriority.Low }, out _)); // a quarter is all that those get
        Assert.True(generation.TrySubmit(new RowsWork(new float[4], 4), out _)); // and its hold with it
        Assert.Equal(2, generation.Counters.Shed);
        _gate.Open();
        Assert.Equal(ModelStatus.Ok, (await waits.Outcome).Status);
    }

    [SkippableFact]
    public async Task ALoneRowWaitsForCompanyNoLongerThanTheDelay()
    {
        Serve(""" "queueDelayMicroseconds": 900500, """);
        RowsWork first = Submit([1, 2, 3, 4]);
        await Task.Delay(20);
        RowsWork second = Submit([5, 6, 7, 8]);
        ModelOutcome one = await first.Outcome, two = await second.Outcome;
        Assert.Equal((2, 2), (one.BatchRows, two.BatchRows));
        Assert.InRange((double)one.QueueTicks / Stopwatch.Frequency, 0.9, 30);
    }

    [SkippableFact]
    public async Task APreferredSizeDoesNotWait()
    {
        Serve(""" "queueDelayMicroseconds": 1000000, "preferredRows": [2, 4], """);
        Hold();
        RowsWork[] works = [.. Enumerable.Range(0, 7).Select(_ => Submit([1, 2, 3, 4]))];
        _gate.Open();
        int[] batches = await Task.WhenAll(works.Select(async work => (await work.Outcome).BatchRows));
        Assert.Equal([4, 4, 4, 4, 2, 2, 1], batches);
    }

    [SkippableFact]
    public async Task ABadWorkFailsAloneAndTheOthersOfItsBatchDoNot()
    {
        _folders.Unary("m", 1, """ "labels": ["stable"], """, op: "Log", expected: [0, MathF.Log(2), MathF.Log(3), MathF.Log(4)]);
        _host = _folders.Open();
        Hold();
        RowsWork good = Submit([1, 1, 1, 1]), bad = Submit([1, -1, 1, 1]), fine = Submit([1, 1, 1, 1]);
        _gate.Open();
        Assert.Equal(ModelStatus.Ok, (await good.Outcome).Status);
        Assert.Equal((ModelStatus.Failed, "output 'y', row 0: not a finite number"), ((await bad.Outcome).Status, (await bad.Outcome).Problem));
        Assert.Equal(ModelStatus.Ok, (await fine.Outcome).Status);
        Assert.Equal([0f, 0, 0, 0], fine.Answers);
    }

    [SkippableFact]
    public async Task ARunThatExceedsItsDeadlineIsEndedAndTheNextIsUnaffected()
    {
        _folders.Loop("m", 1, """ "labels": ["stable"], """);
        _host = _folders.Open();
        for (int round = 0; round < 2; round++)
        {
            var late = new LoopWork(long.MaxValue);
            late.DueIn(TimeSpan.FromSeconds(1)); // ample for it to begin
            ModelOutcome ended = await _host.Submit("m", late).Outcome;
            Assert.Equal(ModelStatus.LateInRun, ended.Status);
            Assert.InRange((double)ended.ComputeTicks / Stopwatch.Frequency, 0, 30);
            var next = new LoopWork(3);
            next.DueIn(TimeSpan.FromSeconds(30));
            Assert.Equal(ModelStatus.Ok, (await _host.Submit("m", next).Outcome).Status);
            Assert.Equal([4f], next.Answers);
        }
    }

    [SkippableFact]
    public async Task AFaultInAnAnswerIsToldAndTheModelGoesOn()
    {
        _folders.Unary("m", 1, """ "labels": ["stable"], """);
        var told = new List<string>();
        _host = _folders.Open(new ModelHostOptions { PollInterval = TimeSpan.Zero, Log = (level, line) => { if (level == ModelLogLevel.Error) told.Add(line); } });
        _host.Submit("m", new RowsWork([1, 2, 3, 4], 4) { OnDone = () => throw new InvalidOperationException("no room") });
        Assert.Equal(ModelStatus.Ok, (await Submit([1, 2, 3, 4]).Outcome).Status);
        Assert.Contains("model m/1: the answer to a request failed: no room", Assert.Single(told));
        await _host.UnlabelAsync("m", "stable");
        Assert.EndsWith("m: no label 'stable' (it has none)", (await Assert.ThrowsAsync<ModelException>(() => _host.UnlabelAsync("m", "stable"))).Message);
        for (long end = Environment.TickCount64 + 30_000; _host.MemoryBytes != 0; await Task.Delay(5)) Assert.True(Environment.TickCount64 < end); // nothing was left held
    }

    [SkippableFact]
    public async Task AModelMayNotRunLongerThanItsManifestSays()
    {
        _folders.Loop("m", 1, """ "labels": ["stable"], "runMillisecondsMax": 50, """);
        _host = _folders.Open();
        Assert.Equal((ModelStatus.LateInRun, "the deadline of 50 ms passed"), await Ended(_host.Submit("m", new LoopWork(long.MaxValue))));

        static async Task<(ModelStatus, string?)> Ended(LoopWork work) => ((await work.Outcome).Status, (await work.Outcome).Problem);
    }

    [SkippableFact]
    public async Task WorksOfAModelWithASharedInputAreNotMixed()
    {
        _folders.Loop("m", 1, """ "labels": ["stable"], """);
        _host = _folders.Open();
        Hold();
        LoopWork[] works = [.. Enumerable.Range(0, 5).Select(turns => _host.Submit("m", new LoopWork(turns)))];
        _gate.Open();
        for (int turns = 0; turns < 5; turns++)
        {
            Assert.Equal(1, (await works[turns].Outcome).BatchRows);
            Assert.Equal([turns + 1f], works[turns].Answers);
        }
    }

    private static void AssertNegated(RowsWork[] works)
    {
        foreach (RowsWork work in works) Assert.Equal(work.Given, work.Answers.Select(value => -value));
    }

    private void Serve(string more)
    {
        _folders.Unary("m", 1, $""" "labels": ["stable"], {more} """);
        _host = _folders.Open();
    }

    private void Hold()
    {
        _host!.Submit("m", _gate);
        _gate.WaitUntilEntered();
    }

    private RowsWork Submit(float[] values) => _host!.Submit("m", new RowsWork(values, 4));

    private sealed class LoopWork(long turns) : RowsWork([1], 1)
    {
        protected internal override void Fill(ModelBatch batch, int firstRow, int rows, int batchRow)
        {
            base.Fill(batch, firstRow, rows, batchRow);
            batch.Input<long>("turns")[0] = turns;
        }
    }
}
