using Rubato.Tests.Support;

namespace Rubato.Tests.Models;

/// <summary>Versions come and go while requests run: labels move only to what was loaded and tested, and nobody loses the version he holds.</summary>
public sealed class ModelHostTests : IDisposable
{
    private const string Stable = """ "labels": ["stable"], """;
    private readonly ModelFolders _folders = new();

    public void Dispose() => _folders.Dispose();

    [SkippableFact]
    public async Task TheNewestSoundVersionThatAsksForALabelGetsIt()
    {
        foreach (int version in new[] { 1, 2, 10 }) _folders.Unary("m", version, Stable);
        _folders.Unary("m", 11, Stable, op: "Abs"); // fails its self-test
        _folders.Unary("m", 12); // asks for nothing
        using ModelHost host = _folders.Open();
        Assert.Equal(10, host.VersionOf("m"));
        Assert.Equal(10, host.VersionOf("m", "stable"));
        Assert.Contains("output 'y': element 0 is 1 (expected -1)", host.Version("m", 11).Refused);
        Assert.Equal([10], host.Models[0].Versions.Where(version => version.Generation is not null).Select(version => version.Version));
        _folders.Unary("m", 13, Stable);
        await host.LookAsync();
        Assert.Equal(13, host.VersionOf("m"));
        Assert.Contains("\"stable\": 13", File.ReadAllText(_folders.File("m/labels.json")));
    }

    [SkippableFact]
    public async Task RequestsKeepTheVersionTheyHoldAndItIsFreedBehindTheLast()
    {
        _folders.Unary("m", 1, Stable);
        using ModelHost host = _folders.Open();
        using var gate = new GateWork();
        ModelGeneration old = host.Hold("m");
        host.Submit("m", gate);
        gate.WaitUntilEntered();
        RowsWork waiting = host.Submit("m", new RowsWork([1, 2, 3, 4], 4));
        _folders.Unary("m", 2, Stable);
        await host.LookAsync();
        Assert.Equal(2, host.VersionOf("m"));
        RowsWork next = host.Submit("m", new RowsWork([1, 2, 3, 4], 4)); // does not wait behind the gate of the old one
        Assert.Equal(ModelStatus.Ok, (await next.Outcome).Status);
        Assert.False(waiting.Outcome.IsCompleted);
        gate.Open();
        Assert.Equal(ModelStatus.Ok, (await waiting.Outcome).Status);
        Assert.Equal([-1f, -2, -3, -4], waiting.Answers);
        old.Session.Infer(new Dictionary<string, ModelTensor> { ["x"] = ModelTensor.Of<float>([1, 2, 3, 4], 1, 4) }); // held still
        old.Release();
        await WaitUntil(() => host.MemoryBytes == host.Version("m", 2).Generation!.Bytes);
        Assert.Throws<ObjectDisposedException>(() => old.Session.Infer(new Dictionary<string, ModelTensor>()));
    }

    [SkippableFact]
    public async Task ARepositoryThatHasGoneIsToldAndWhatIsInServiceStays()
    {
        _folders.Unary("m", 1, Stable);
        using ModelHost host = _folders.Open();
        Directory.Move(_folders.Path, _folders.Path + ".gone");
        try
        {
            var refused = await Assert.ThrowsAsync<ModelException>(() => host.LookAsync());
            Assert.StartsWith(_folders.Path, refused.Message);
            Assert.Equal(1, host.VersionOf("m"));
        }
        finally
        {
            Directory.Move(_folders.Path + ".gone", _folders.Path);
        }
        await host.LookAsync();
        Assert.Equal(1, host.VersionOf("m"));
    }

    [SkippableFact]
    public async Task TheBudgetCountsWhatALinkLeadsTo()
    {
        _folders.Unary("m", 1, Stable);
        _folders.Unary("m", 2, Stable);
        using ModelHost host = _folders.Open(new ModelHostOptions { PollInterval = TimeSpan.Zero, MemoryBytesMax = 100_000 });
        Directory.CreateDirectory(_folders.File(".blobs"));
        _folders.Unary("m", 3);
        File.Move(_folders.File("m/3/model.onnx"), _folders.File(".blobs/a"));
        File.AppendAllText(_folders.File(".blobs/a"), new string('x', 200_000));
        File.CreateSymbolicLink(_folders.File("m/3/model.onnx"), "../../.blobs/a");
        await host.LookAsync();
        var refused = await Assert.ThrowsAsync<ModelException>(() => host.LoadAsync("m", 3));
        Assert.Contains("bytes of memory (expected at most", refused.Message);
    }

    [SkippableFact]
    public void ALinkThatLeadsNowhereKeepsNoVersionOutOfService()
    {
        _folders.Unary("m", 1, Stable);
        File.CreateSymbolicLink(_folders.File("m/1/.#model.json"), "somebody@somewhere.1234:5678"); // an editor's lock
        using ModelHost host = _folders.Open();
        Assert.Equal(1, host.VersionOf("m"));
        Assert.Empty(host.Models[0].Problems);
    }

    [SkippableFact]
    public async Task AVersionWhoseFilesCannotBeLookedAtIsAProblem()
    {
        _folders.Unary("m", 1, Stable);
        _folders.Unary("m", 2, Stable);
        File.CreateSymbolicLink(_folders.File("m/2/round"), "round");
        var told = new List<string>();
        using ModelHost host = _folders.Open(new ModelHostOptions { PollInterval = TimeSpan.Zero, Log = (level, line) => { if (level == ModelLogLevel.Warning) told.Add(line); } });
        Assert.Equal(1, host.VersionOf("m"));
        Assert.StartsWith(_folders.File("m/2"), Assert.Single(host.Models[0].Problems));
        Assert.Equal(host.Models[0].Problems, told);
        File.Delete(_folders.File("m/2/round"));
        await host.LookAsync();
        Assert.Equal(2, host.VersionOf("m"));
        Assert.Empty(host.Models[0].Problems);
    }

    [SkippableFact]
    public async Task WhoAsksAfterTheEndIsToldSo()
    {
        _folders.Unary("m", 1, Stable);
        ModelHost host = _folders.Open();
        host.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => host.LookAsync().WaitAsync(TimeSpan.FromSeconds(30)));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => host.LoadAsync("m", 1).WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [SkippableFact]
    public async Task ALoadBeyondTheMemoryBudgetIsRefusedBeforeItBegins()
    {
        _folders.Unary("m", 1, Stable + """ "memoryBytes": 600, """);
        _folders.Unary("m", 2, """ "memoryBytes": 500, """);
        File.WriteAllText(_folders.File("m/2/model.onnx"), "never looked at");
        using ModelHost host = _folders.Open(new ModelHostOptions { PollInterval = TimeSpan.Zero, MemoryBytesMax = 1000 });
        Assert.Equal(600, host.MemoryBytes);
        var refused = await Assert.ThrowsAsync<ModelException>(() => host.LoadAsync("m", 2));
        Assert.EndsWith("m/2: takes 500 bytes of memory (expected at most 400: 600 of 1000 are in use)", refused.Message);
        Assert.Equal(1, host.VersionOf("m"));
    }

    [SkippableFact]
    public async Task ALabelMovesOnlyToALoadedAndTestedVersion()
    {
        _folders.Unary("m", 1, Stable);
        _folders.Unary("m", 2);
        _folders.Unary("m", 3, op: "Abs");
        using ModelHost host = _folders.Open();
        Assert.Equal(LabelMove.Moved, await host.LabelAsync("m", "stable", 2));
        Assert.Equal(2, host.VersionOf("m"));
        Assert.Contains("(expected -1)", (await Assert.ThrowsAsync<ModelException>(() => host.LabelAsync("m", "stable", 3))).Message);
        Assert.Contains("no version 4 (expected 1, 2, 3)", (await Assert.ThrowsAsync<ModelException>(() => host.LabelAsync("m", "stable", 4))).Message);
        Assert.Contains("no model 'n' (expected m)", (await Assert.ThrowsAsync<ModelException>(() => host.LabelAsync("n", "stable", 1))).Message);
        Assert.Contains("'a b' is no label", (await Assert.ThrowsAsync<ModelException>(() => host.LabelAsync("m", "a b", 1))).Message);
        Assert.Equal(2, host.VersionOf("m"));
        _folders.Unary("m", 5, Stable); // asks, but an operator has spoken
        await host.LookAsync();
        Assert.Equal(2, host.VersionOf("m"));
        Assert.Equal(["stable"], host.Models[0].Pinned);
        Assert.Equal(LabelMove.Moved, await host.LabelAsync("m", "stable", 1));
        Assert.Equal(1, host.VersionOf("m"));
    }

    [SkippableFact]
    public async Task LabelsOutliveTheServer()
    {
        foreach (int version in new[] { 1, 2 }) _folders.Unary("m", version);
        using (ModelHost host = _folders.Open())
        {
            await host.LabelAsync("m", "stable", 1);
            await host.LabelAsync("m", "canary", 2);
            await host.SetCanaryPercentAsync("m", 12.5);
        }
        using (ModelHost host = _folders.Open())
        {
            Assert.Equal((1, 2, 12.5), (host.VersionOf("m"), host.VersionOf("m", "canary"), host.Models[0].CanaryPercent));
            await host.UnlabelAsync("m", "canary");
            Assert.Equal(0, host.VersionOf("m", "canary"));
            Assert.Equal("label: no version of model 'm' is canary", host.Explain("m", 0, "canary"));
        }
        using ModelHost last = _folders.Open();
        Assert.Equal((1, 0), (last.VersionOf("m"), last.VersionOf("m", "canary")));
    }

    [SkippableFact]
    public async Task LabelsMayBeEditedByHandAndNonsenseMovesNothing()
    {
        foreach (int version in new[] { 1, 2 }) _folders.Unary("m", version);
        _folders.Labels("m", """{ "stable": 1 }""");
        using ModelHost host = _folders.Open();
        Assert.Equal(1, host.VersionOf("m"));
        foreach (string nonsense in new[] { "{", """{ "stable": "two" }""", """{ "stable": 7 }""", """{ "sta ble": 2 }""", "[]" })
        {
            _folders.Labels("m", nonsense);
            await host.LookAsync();
            Assert.Equal(1, host.VersionOf("m"));
            Assert.Contains("labels.json", Assert.Single(host.Models[0].Problems));
        }
        _folders.Labels("m", """{ "stable": 2, "next": 2 }""");
        await host.LookAsync();
        Assert.Equal((2, 2), (host.VersionOf("m"), host.VersionOf("m", "next")));
        _folders.Labels("m", """{ "stable": 2 }""");
        await host.LookAsync();
        Assert.Equal((2, 0), (host.VersionOf("m"), host.VersionOf("m", "next")));
    }

    [SkippableTheory, InlineData(0), InlineData(10), InlineData(50), InlineData(100)]
    public async Task CanaryGetsItsShareOfTheListenersAndAlwaysTheSame(int percent)
    {
        foreach (int version in new[] { 1, 2 }) _folders.Unary("m", version);
        using ModelHost host = _folders.Open();
        await host.LabelAsync("m", "stable", 1);
        await host.LabelAsync("m", "canary", 2);
        await host.SetCanaryPercentAsync("m", percent);
        const int listeners = 20_000;
        int[] got = [.. Enumerable.Range(1, listeners).Select(listener => host.VersionOf("m", listener: (ulong)listener))];
        Assert.Equal(got, Enumerable.Range(1, listeners).Select(listener => host.VersionOf("m", listener: (ulong)listener)));
        Assert.InRange(got.Count(version => version == 2), listeners * percent / 100 - 250, listeners * percent / 100 + 250);
        Assert.Equal((1, 1), (host.VersionOf("m"), host.VersionOf("m", "stable", listener: 1)));
        await host.SetCanaryPercentAsync("m", 100 - (100 - percent) / 2.0); // who was in the smaller share is in the larger one
        Assert.All(Enumerable.Range(1, listeners).Where(listener => got[listener - 1] == 2), listener => Assert.Equal(2, host.VersionOf("m", listener: (ulong)listener)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => host.SetCanaryPercentAsync("m", 101));
    }

    [SkippableFact]
    public async Task AFolderIsNotTouchedBeforeItIsWhole()
    {
        _folders.Unary("m", 1, Stable);
        using ModelHost host = _folders.Open();
        _folders.Unary("elsewhere", 2, Stable);
        byte[] model = File.ReadAllBytes(_folders.File("elsewhere/2/model.onnx"));
        Directory.CreateDirectory(_folders.File("m/2/test"));
        foreach (string file in new[] { "model.json", "test/input_0.pb", "test/output_0.pb" })
            File.Copy(_folders.File($"elsewhere/2/{file}"), _folders.File($"m/2/{file}"));
        for (int length = 0; length <= model.Length; length += 10) // a copy under way: something is new at every look
        {
            File.WriteAllBytes(_folders.File("m/2/model.onnx"), model[..length]);
            await host.PollAsync();
            Assert.Equal((null, null), (host.Version("m", 2).Generation, host.Version("m", 2).Refused));
        }
        File.WriteAllBytes(_folders.File("m/2/model.onnx"), model);
        await host.PollAsync();
        Assert.Equal(1, host.VersionOf("m"));
        await host.PollAsync(); // nothing is new
        Assert.Equal(2, host.VersionOf("m"));
    }

    [SkippableFact]
    public async Task TheFolderIsWatched()
    {
        _folders.Unary("m", 1, Stable);
        using ModelHost host = _folders.Open(new ModelHostOptions { PollInterval = TimeSpan.FromMilliseconds(50) });
        _folders.Unary(".m", 2, Stable);
        Directory.Move(_folders.File(".m/2"), _folders.File("m/2")); // there at once, and whole
        await WaitUntil(() => host.VersionOf("m") == 2);
    }

    [SkippableFact]
    public async Task ARefusedVersionIsTriedAgainWhenItsFilesChange()
    {
        _folders.Unary("m", 1, Stable);
        _folders.Unary("m", 2, Stable, op: "Abs");
        using ModelHost host = _folders.Open();
        Assert.NotNull(host.Version("m", 2).Refused);
        await host.LookAsync();
        Assert.Equal(1, host.VersionOf("m"));
        _folders.Unary("m", 2, Stable);
        await host.LookAsync();
        Assert.Equal((2, null), (host.VersionOf("m"), host.Version("m", 2).Refused));
    }

    [SkippableFact]
    public async Task VersionsAreLoadedAndUnloadedByHand()
    {
        _folders.Unary("m", 1, Stable);
        _folders.Unary("m", 2);
        using ModelHost host = _folders.Open();
        Assert.Equal("version: 2 of model 'm' is not loaded", host.Explain("m", 2, ""));
        await host.LoadAsync("m", 2);
        await host.LookAsync();
        host.Hold("m", version: 2).Release();
        Assert.Equal(1, host.VersionOf("m"));
        Assert.Contains("label stable stands for it", (await Assert.ThrowsAsync<ModelException>(() => host.UnloadAsync("m", 1))).Message);
        await host.UnloadAsync("m", 2);
        Assert.False(host.TryHold("m", 2, "", 0, out _));
        Assert.False(host.TryHold("nothing", 0, "", 0, out _));
        Assert.Equal("model: 'nothing' is not served here", host.Explain("nothing", 0, ""));
    }

    [SkippableFact]
    public async Task AVersionWhoseFolderIsDeletedServesOn()
    {
        _folders.Unary("m", 1, Stable);
        using ModelHost host = _folders.Open();
        Directory.Delete(_folders.File("m/1"), recursive: true);
        await host.LookAsync();
        Assert.Equal(ModelStatus.Ok, (await host.Submit("m", new RowsWork([1, 2, 3, 4], 4)).Outcome).Status);
        Directory.Delete(_folders.File("m"), recursive: true);
        await host.LookAsync();
        Assert.Equal(1, host.VersionOf("m"));
    }

    [SkippableTheory, InlineData(1)]
    public async Task NoRequestFailsWhileVersionsChange(int seed)
    {
        _folders.Unary("m", 1, Stable);
        using ModelHost host = _folders.Open();
        bool stop = false;
        long done = 0;
        Task[] callers = [.. Enumerable.Range(0, 3).Select(caller => Task.Run(async () =>
        {
            var random = new Random(seed + caller);
            while (!Volatile.Read(ref stop))
            {
                float[] rows = Vectors.Uniform(random, 4 * random.Next(1, 20));
                RowsWork work = host.Submit("m", new RowsWork(rows, 4));
                Assert.Equal(ModelStatus.Ok, (await work.Outcome).Status);
                Assert.Equal(rows.Select(value => -value), work.Answers);
                Interlocked.Increment(ref done);
            }
        }))];
        for (int version = 2; version <= 12; version++)
        {
            _folders.Unary("m", version, Stable);
            await host.LookAsync();
            Assert.Equal(version, host.VersionOf("m"));
            long before = Volatile.Read(ref done);
            await WaitUntil(() => Volatile.Read(ref done) > before + 20);
        }
        Volatile.Write(ref stop, true);
        await Task.WhenAll(callers);
        await WaitUntil(() => host.MemoryBytes == host.Version("m", 12).Generation!.Bytes); // the eleven others are freed
    }

    private static async Task WaitUntil(Func<bool> condition)
    {
        for (long end = Environment.TickCount64 + 30_000; !condition(); await Task.Delay(5)) Assert.True(Environment.TickCount64 < end);
    }
}
