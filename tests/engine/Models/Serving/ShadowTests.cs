using Rubato.Tests.Support;

namespace Rubato.Tests.Models;

/// <summary>A version that must show itself in the shadow first gets its label when its answers are in order, and not otherwise.</summary>
public sealed class ShadowTests : IDisposable
{
    private const string Stable = """ "labels": ["stable"], """;
    private readonly ModelFolders _folders = new();

    public void Dispose() => _folders.Dispose();

    [SkippableTheory, InlineData(1)]
    public async Task AVersionThatAnswersAlikePassesAndTakesTheLabel(int seed)
    {
        _folders.Unary("m", 1, Stable);
        _folders.Unary("m", 2, Stable + Shadow("""{ "percent": 50, "samplesMin": 20, "latencyRatioMax": 1000 }"""));
        using ModelHost host = _folders.Open();
        // At the start nobody has the label, and the newest gets it.
        Assert.Equal(2, host.VersionOf("m"));
        await host.LabelAsync("m", "stable", 1);
        Assert.Equal(LabelMove.Moved, await host.LabelAsync("m", "stable", 2)); // who had it before gets it back at once
        _folders.Unary("m", 3, Shadow("""{ "percent": 50, "samplesMin": 20, "latencyRatioMax": 1000 }"""));
        await host.LookAsync();
        Assert.Equal(LabelMove.InShadow, await host.LabelAsync("m", "stable", 3));
        Assert.Equal(2, host.VersionOf("m"));
        await Serve(host, seed, () => host.VersionOf("m") == 3);
        DriftReport report = host.Version("m", 3).Drift!;
        Assert.Equal((2, 3, 1.0, 0.0, DriftReport.Passed), (report.Served, report.Candidate, report.RankCorrelation, report.DifferenceMax, report.Verdict));
        Assert.InRange(report.Samples, 20, 1000);
        Assert.True(report.LatencyRatio > 0);
    }

    [SkippableTheory]
    [InlineData("Abs", new[] { 1f, 2, 3, 4 }, """{ "percent": 100, "samplesMin": 30 }""", "rank correlation ")]
    [InlineData("Floor", new[] { 1f, 2, 3, 4 }, """{ "percent": 100, "samplesMin": 30, "rankCorrelationMin": -1, "differenceMax": 0.5 }""", "99 % of differences up to ")]
    [InlineData("Neg", new[] { -1f, -2, -3, -4 }, """{ "percent": 100, "samplesMin": 30, "latencyRatioMax": 0.001 }""", "times the time of version 1 (expected at most 0.001)")]
    [InlineData("Log", new[] { 0, 0.6931472f, 1.0986123f, 1.3862944f }, """{ "percent": 100, "samplesMin": 30 }""", " samples that version 1 answered")]
    public async Task AVersionThatAnswersOtherwiseIsRefused(string op, float[] expected, string rules, string reason)
    {
        _folders.Unary("m", 1, Stable);
        using ModelHost host = _folders.Open();
        _folders.Unary("m", 2, Stable + Shadow(rules), op, expected);
        await host.LookAsync();
        Assert.NotNull(host.Version("m", 2).Generation); // in the shadow
        await Serve(host, seed: 1, () => host.Version("m", 2).Refused is not null);
        Assert.Equal(1, host.VersionOf("m"));
        Assert.Contains($"in the shadow of version 1: ", host.Version("m", 2).Refused);
        Assert.Contains(reason, host.Version("m", 2).Refused);
        Assert.Null(host.Version("m", 2).Generation);
        Assert.Contains(reason, host.Version("m", 2).Drift!.Verdict);
    }

    [SkippableTheory, InlineData(1)]
    public async Task AVersionCopiedWhileTheServerWasDownPassesTheGateInService(int seed)
    {
        _folders.Unary("m", 1, Stable);
        using (ModelHost before = _folders.Open()) Assert.Equal(1, before.VersionOf("m"));
        _folders.Unary("m", 2, Stable + Shadow("""{ "percent": 50, "samplesMin": 20, "latencyRatioMax": 1000 }"""));
        using (ModelHost host = _folders.Open())
        {
            Assert.Equal(1, host.VersionOf("m")); // where labels.json says
            Assert.NotNull(host.Version("m", 2).Generation);
            await Serve(host, seed, () => host.VersionOf("m") == 2);
            Assert.Equal((1, DriftReport.Passed), (host.Version("m", 2).Drift!.Served, host.Version("m", 2).Drift!.Verdict));
        }
        using ModelHost again = _folders.Open();
        Assert.Equal(2, again.VersionOf("m"));
        Assert.Null(again.Version("m", 1).Generation);
    }

    [SkippableTheory, InlineData(1)]
    public async Task AVersionDoesNotTakeTheLabelOfOneThatIsStillBeingCopied(int seed)
    {
        using ModelHost host = _folders.Open();
        _folders.Unary("m", 1);
        _folders.Unary("m", 2, Stable + Shadow("""{ "percent": 50, "samplesMin": 20, "latencyRatioMax": 1000 }"""));
        _folders.Labels("m", """{ "stable": 1 }""");
        await host.PollAsync();
        _folders.Text("m/1/more.bin", "still being copied");
        await host.PollAsync(); // the second look at version 2 saw the same files
        Assert.Equal(0, host.VersionOf("m"));
        Assert.Contains("\"stable\": 1", File.ReadAllText(_folders.File("m/labels.json")));
        await host.PollAsync();
        Assert.Equal(1, host.VersionOf("m"));
        Assert.NotNull(host.Version("m", 2).Generation); // in the shadow
        await Serve(host, seed, () => host.VersionOf("m") == 2);
        Assert.Equal((1, DriftReport.Passed), (host.Version("m", 2).Drift!.Served, host.Version("m", 2).Drift!.Verdict));
    }

    [SkippableFact]
    public void WhereTheFolderOfTheVersionOfLabelsJsonIsMissingTheNewOneTakesTheLabel()
    {
        _folders.Unary("m", 2, Stable + Shadow("{}"));
        _folders.Labels("m", """{ "stable": 1 }""");
        using ModelHost host = _folders.Open();
        Assert.Equal(2, host.VersionOf("m"));
    }

    [SkippableFact]
    public void WhereThereIsRoomForOneTheVersionOfLabelsJsonHasIt()
    {
        _folders.Unary("m", 1, Stable + """ "memoryBytes": 1000, """);
        using (ModelHost before = _folders.Open()) Assert.Equal(1, before.VersionOf("m"));
        _folders.Unary("m", 2, Stable + """ "memoryBytes": 1000, """ + Shadow("{}"));
        using ModelHost host = _folders.Open(new ModelHostOptions { PollInterval = TimeSpan.Zero, MemoryBytesMax = 1500 });
        Assert.Equal(1, host.VersionOf("m"));
        Assert.Contains("takes 1000 bytes of memory", host.Version("m", 2).Refused);
    }

    [SkippableFact]
    public async Task AVersionThatCannotBeComparedIsRefused()
    {
        _folders.Unary("m", 1, Stable);
        using ModelHost host = _folders.Open();
        _folders.Write("m", 2, OnnxModels.Mlp(1, 8, 1), Shadow("{}"), [("x", new float[8], [1, 8])], [0.5f], [1, 1]);
        await host.LookAsync();
        var refused = await Assert.ThrowsAsync<ModelException>(() => host.LabelAsync("m", "stable", 2));
        Assert.Contains("cannot be compared with version 1: its inputs are x: float32 × 8 (version 1 has x: float32 × 4)", refused.Message);
        Assert.Equal(1, host.VersionOf("m"));
    }

    [Theory, InlineData(1), InlineData(2)]
    public void SpearmanIsThatOfTheDefinition(int seed)
    {
        var random = new Random(seed);
        float[] left = [.. Enumerable.Range(0, 50).Select(_ => (float)random.Next(20))], right = [.. left.Select(value => value + random.Next(9))];
        double[] x = Ranks(left), y = Ranks(right);
        double covariance = x.Zip(y, (a, b) => (a - x.Average()) * (b - y.Average())).Sum();
        double expected = covariance / Math.Sqrt(x.Sum(a => Math.Pow(a - x.Average(), 2)) * y.Sum(b => Math.Pow(b - y.Average(), 2)));
        Assert.Equal(expected, RankCorrelation.Spearman(left, right), 1e-12);
        Assert.Equal(1, RankCorrelation.Spearman([1, 2, 3], [10, 20, 21]));
        Assert.Equal(-1, RankCorrelation.Spearman([1, 2, 3], [3, 2, 1]));
        Assert.Equal((1.0, 0.0), (RankCorrelation.Spearman([5, 5, 5], [7, 7, 7]), RankCorrelation.Spearman([5, 5, 5], [1, 2, 3])));

        // Rank of a value = mean of the places that its equals would take.
        static double[] Ranks(float[] values) => [.. values.Select(value => values.Count(other => other < value) + (values.Count(other => other == value) - 1) / 2.0)];
    }

    [Theory, InlineData(1)]
    public void TheReportTellsQuantilesOfTheDifferences(int seed)
    {
        var meter = new DriftMeter(1, 2, new ShadowRules { SamplesMin = 100, RankCorrelationMin = 0.5, LatencyRatioMax = 10 });
        var random = new Random(seed);
        for (int sample = 0; sample < 100; sample++)
        {
            Assert.Null(meter.Report().Verdict);
            float[] served = Vectors.Uniform(random, 10), candidate = [.. served.Select((value, i) => value + (sample * 10 + i) / 1000f)];
            meter.Add(served, candidate, rows: 10, servedSeconds: 1, candidateSeconds: sample);
        }
        DriftReport report = meter.Report();
        Assert.Equal((100, 1000), (report.Samples, report.Rows));
        Assert.Equal((0.499, 0.949, 0.989, 0.999), (Round(report.DifferenceMedian), Round(report.Difference95), Round(report.Difference99), Round(report.DifferenceMax)));
        Assert.Equal(50, report.LatencyRatio);
        Assert.Equal("50.00 times the time of version 1 (expected at most 10)", report.Verdict);

        static double Round(double value) => Math.Round(value, 3);
    }

    private static string Shadow(string rules) => $""" "shadow": {rules}, """;

    private static async Task Serve(ModelHost host, int seed, Func<bool> until)
    {
        var random = new Random(seed);
        for (long end = Environment.TickCount64 + 30_000; !until();)
        {
            Assert.True(Environment.TickCount64 < end, host.Models[0].Versions[^1].Drift?.ToString());
            RowsWork work = host.Submit("m", new RowsWork(Vectors.Uniform(random, 4 * random.Next(1, 10)), 4));
            Assert.Equal(ModelStatus.Ok, (await work.Outcome).Status);
        }
    }
}
