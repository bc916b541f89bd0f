using System.Text;
using Rubato.Tests.Support;

namespace Rubato.Tests;

public sealed class PriceFolderTests : IDisposable
{
    private static readonly DateTimeOffset Created = new(2026, 3, 4, 5, 6, 7, 891, TimeSpan.FromHours(2));
    private static readonly PriceSet Empty = new() { Generation = 1, Created = Created };
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("prices");

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(1), InlineData(2)]
    public void WhatIsWrittenIsReadBackToTheBit(int seed)
    {
        var random = new Random(seed);
        double[] Prices(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())];
        var written = new PriceSet
        {
            Generation = seed, Created = Created, CampaignIds = [4, 1, 9], LicensorIds = [2], Budget = Prices(3), Promise = Prices(3), Licensor = Prices(1),
        };
        PriceFolder.Write(Path, Empty); // to be replaced
        PriceFolder.Write(Path, written);
        PriceSet read = PriceFolder.Read(Path);
        Assert.Equal((written.Generation, Created.UtcDateTime), (read.Generation, read.Created.UtcDateTime));
        Assert.Equal(written.CampaignIds, read.CampaignIds);
        Assert.Equal(written.LicensorIds, read.LicensorIds);
        Assert.Equal(written.CohortIds, read.CohortIds);
        Assert.Equal(written.Budget, read.Budget);
        Assert.Equal(written.Promise, read.Promise);
        Assert.Equal(written.Licensor, read.Licensor);
        Assert.Equal(written.Cohort, read.Cohort);
        Assert.Equal(["prices"], _folder.Names()); // nothing is left beside it
    }

    [Theory]
    [InlineData("{}", "generation: missing")]
    [InlineData("""{"generation":0,"created":"2026-01-01T00:00:00Z","campaigns":[1],"licensors":[],"cohorts":[]}""", "generation: expected an integer 1 to")]
    [InlineData("""{"generation":1,"created":"yesterday","campaigns":[1],"licensors":[],"cohorts":[]}""", "created: expected an instant")]
    [InlineData("""{"generation":1,"created":"2026-01-01T00:00:00Z","campaigns":[1,1],"licensors":[],"cohorts":[]}""", "campaigns[1]: 1 appears twice")]
    [InlineData("""{"generation":1,"created":"2026-01-01T00:00:00Z","campaigns":[1],"licensors":[-2],"cohorts":[]}""", "licensors[0]: expected an integer")]
    [InlineData("""{"generation":1,"created":"2026-01-01T00:00:00Z","campaigns":[1],"licensors":[],"cohorts":[],"x":1}""", "x: unknown field")]
    [InlineData("""{"generation":1,"created":"2026-01-01T00:00:00Z","campaigns":[1,2],"licensors":[],"cohorts":[]}""", "price-budget.npy: 1 prices (expected 2")]
    [InlineData("[]", "expected an object")]
    [InlineData("{", "not JSON")]
    public void AHeadThatIsWrongIsNamed(string head, string expected)
    {
        PriceFolder.Write(Path, Empty with { CampaignIds = [1], Budget = [0.5], Promise = [0.5] });
        File.WriteAllText(System.IO.Path.Combine(Path, "prices.json"), head, Encoding.UTF8);
        string message = Assert.Throws<EngineDataException>(() => PriceFolder.Read(Path)).Message;
        Assert.StartsWith(Path, message);
        Assert.Contains(expected, message);
        Assert.DoesNotContain('\n', message);
    }

    [Theory, InlineData(-1e-9), InlineData(double.NaN), InlineData(double.PositiveInfinity), InlineData(1e13)]
    public void APriceThatCannotBeIsNamed(double price)
    {
        PriceFolder.Write(Path, Empty with { LicensorIds = [7, 8], Licensor = [0.5, 0.5] });
        NpyFile.Write(System.IO.Path.Combine(Path, "price-licensor.npy"), [0.5, price]);
        string message = Assert.Throws<EngineDataException>(() => PriceFolder.Read(Path)).Message;
        Assert.Contains("price-licensor.npy: element 1: price", message);
        Assert.Throws<ArgumentException>("Licensor", () => (Empty with { LicensorIds = [7, 8], Licensor = [0.5, price] }).Validated());
    }

    [Fact]
    public void ASetThatContradictsItselfIsNotWritten()
    {
        Assert.Throws<ArgumentOutOfRangeException>("Generation", () => PriceFolder.Write(Path, Empty with { Generation = 0 }));
        Assert.Throws<ArgumentException>("Promise", () => PriceFolder.Write(Path, Empty with { CampaignIds = [1], Budget = [0] }));
        Assert.Throws<ArgumentException>("CohortIds", () => PriceFolder.Write(Path, Empty with { CohortIds = [1, 1], Cohort = [0, 0] }));
        Assert.Throws<ArgumentException>("LicensorIds", () => PriceFolder.Write(Path, Empty with { LicensorIds = [0], Licensor = [0] }));
        Assert.Empty(_folder.Names());
    }

    [Fact]
    public void AMissingArrayIsNamed()
    {
        PriceFolder.Write(Path, Empty with { CohortIds = [3], Cohort = [0.25] });
        File.Delete(System.IO.Path.Combine(Path, "price-cohort.npy"));
        Assert.Contains("price-cohort.npy", Assert.Throws<NpyException>(() => PriceFolder.Read(Path)).Message);
    }

    [Fact]
    public void AWriteThatFailsLeavesNothing()
    {
        File.WriteAllText(Path, "a file where the folder should be");
        Assert.ThrowsAny<IOException>(() => PriceFolder.Write(Path, Empty));
        Assert.Equal(["prices"], _folder.Names());
    }
}
