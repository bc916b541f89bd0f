using Rubato.Tests.Support;

namespace Rubato.Tests;

public sealed class AllocationProblemTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Two listeners, three campaigns, two licensors, one cohort.
    private static AllocationColumns Good => new()
    {
        Starts = [0, 2, 3], Campaigns = [0, 2, 1], Values = [1, 2, 3], Spends = [1, 0, 2], Margins = [0.5f, -0.5f, 0.1f], Slots = [1, 0],
        Budgets = [1, double.PositiveInfinity, 0], Promised = [0, 1, 0], Penalties = [1, 2, 3], Licensors = [0, 1, 1], Caps = [3, double.PositiveInfinity],
        Cohorts = [0, -1],
    };

    [Fact]
    public void AFolderHoldsWhatWasWritten()
    {
        AllocationFolder.Write(_folder.Path, Good);
        AllocationColumns read = AllocationFolder.Read(_folder.Path).Columns;
        Assert.Equal(Good.Starts, read.Starts);
        Assert.Equal(Good.Campaigns, read.Campaigns);
        Assert.Equal(Good.Values, read.Values);
        Assert.Equal(Good.Spends, read.Spends);
        Assert.Equal(Good.Margins, read.Margins);
        Assert.Equal(Good.Slots, read.Slots);
        Assert.Equal(Good.Budgets, read.Budgets);
        Assert.Equal(Good.Promised, read.Promised);
        Assert.Equal(Good.Penalties, read.Penalties);
        Assert.Equal(Good.Licensors, read.Licensors);
        Assert.Equal(Good.Caps, read.Caps);
        Assert.Equal(Good.Cohorts, read.Cohorts);
    }

    [Fact]
    public void OptionalFilesMayBeMissing()
    {
        AllocationFolder.Write(_folder.Path, Good);
        AllocationFolder.Write(_folder.Path, Good with { Margins = [], Promised = [], Penalties = [], Licensors = [], Caps = [], Cohorts = [] });
        AllocationProblem problem = AllocationFolder.Read(_folder.Path);
        Assert.Equal((0, 0), (problem.LicensorCount, problem.CohortCount));
        Assert.Equal([30, 30, 30], problem.Penalties);
    }

    [Fact]
    public void AMissingFileAndAWrongTypeAreNamed()
    {
        AllocationFolder.Write(_folder.Path, Good);
        File.Delete(_folder.File("spend.npy"));
        Assert.Contains("spend.npy: no such file", Assert.Throws<NpyException>(() => AllocationFolder.Read(_folder.Path)).Message);
        NpyFile.Write<double>(_folder.File("spend.npy"), [1, 0, 2]);
        Assert.Contains("spend.npy: element type <f8 (expected <f4)", Assert.Throws<NpyException>(() => AllocationFolder.Read(_folder.Path)).Message);
    }

    public static TheoryData<string, string> Bad() => new()
    {
        { nameof(AllocationColumns.Slots) + "-", "slots.npy: no listeners" },
        { nameof(AllocationColumns.Budgets) + "-", "budget.npy: no campaigns" },
        { nameof(AllocationColumns.Campaigns) + "-", "campaign.npy: no edges" },
        { "starts short", "indptr.npy: 2 elements (expected 3" },
        { "starts at 1", "indptr.npy: index 0: 1 (expected 0)" },
        { "starts fall", "indptr.npy: index 2: 1 (expected at least 2" },
        { "starts end", "indptr.npy: index 2: 4 (expected 3, the length of campaign.npy)" },
        { "campaign range", "campaign.npy: index 2: 3 (expected 0 to 2)" },
        { "campaign order", "campaign.npy: index 1: 0 after 2 (expected ascending within listener 0)" },
        { "values short", "value.npy: 2 elements (expected 3" },
        { "value NaN", "value.npy: index 1: NaN (expected" },
        { "spend negative", "spend.npy: index 2: -1 (expected 0 to" },
        { "spend infinite", "spend.npy: index 0: Infinity (expected 0 to" },
        { "margin NaN", "margin.npy: index 0: NaN" },
        { "slots negative", "slots.npy: index 1: -1 (expected 0 to" },
        { "budget negative", "budget.npy: index 0: -1 (expected 0 to 1E+18 or +∞ for none)" },
        { "promised infinite", "promised.npy: index 1: Infinity (expected 0 to 1E+18)" },
        { "penalty NaN", "penalty.npy: index 2: NaN" },
        { "licensor range", "licensor.npy: index 0: 2 (expected 0 to 1)" },
        { "caps missing", "cap.npy: missing or empty (expected with licensor.npy)" },
        { "licensors missing", "licensor.npy: missing (expected with cap.npy)" },
        { "cap negative", "cap.npy: index 1: -2 (expected 0 to" },
        { "cohort empty", "cohort.npy: cohort 0 has no listener" },
        { "cohort range", "cohort.npy: index 1: -2 (expected -1 to 1)" },
    };

    [Theory, MemberData(nameof(Bad))]
    public void ABadColumnIsNamedWithItsIndexAndWhatWasExpected(string fault, string message)
    {
        AllocationColumns columns = fault switch
        {
            "Slots-" => Good with { Slots = [] },
            "Budgets-" => Good with { Budgets = [] },
            "Campaigns-" => Good with { Campaigns = [] },
            "starts short" => Good with { Starts = [0, 3] },
            "starts at 1" => Good with { Starts = [1, 2, 3] },
            "starts fall" => Good with { Starts = [0, 2, 1] },
            "starts end" => Good with { Starts = [0, 2, 4] },
            "campaign range" => Good with { Campaigns = [0, 2, 3] },
            "campaign order" => Good with { Campaigns = [2, 0, 1] },
            "values short" => Good with { Values = [1, 2] },
            "value NaN" => Good with { Values = [1, float.NaN, 3] },
            "spend negative" => Good with { Spends = [1, 0, -1] },
            "spend infinite" => Good with { Spends = [float.PositiveInfinity, 0, 1] },
            "margin NaN" => Good with { Margins = [float.NaN, 0, 0] },
            "slots negative" => Good with { Slots = [1, -1] },
            "budget negative" => Good with { Budgets = [-1, 0, 0] },
            "promised infinite" => Good with { Promised = [0, double.PositiveInfinity, 0] },
            "penalty NaN" => Good with { Penalties = [0, 0, double.NaN] },
            "licensor range" => Good with { Licensors = [2, 0, 0] },
            "caps missing" => Good with { Caps = [] },
            "licensors missing" => Good with { Licensors = [] },
            "cap negative" => Good with { Caps = [1, -2] },
            "cohort empty" => Good with { Cohorts = [1, -1] },
            "cohort range" => Good with { Cohorts = [0, -2] },
            _ => throw new ArgumentException(fault),
        };
        Assert.StartsWith("folder" + Path.DirectorySeparatorChar + message,
            Assert.Throws<AllocationProblemException>(() => new AllocationProblem(columns, "folder")).Message);
    }

    [Fact]
    public void MoreCampaignsThanTheLayoutCanNumberAreRefused()
        => Assert.Contains("65537 campaigns (expected at most 65536)", Assert.Throws<AllocationProblemException>(
            () => new AllocationProblem(Good with { Budgets = new double[65_537] }, "folder")).Message);
}
