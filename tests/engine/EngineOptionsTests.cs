namespace Rubato.Tests;

public class EngineOptionsTests
{
    private static readonly EngineOptions Good = new() { CataloguePath = "c.rbt" };

    public static TheoryData<string, EngineOptions> Bad => new()
    {
        { nameof(EngineOptions.RelevanceSlope), Good with { RelevanceSlope = 0 } },
        { nameof(EngineOptions.RelevanceSlope), Good with { RelevanceSlope = double.NaN } },
        { nameof(EngineOptions.RelevanceOffset), Good with { RelevanceOffset = double.PositiveInfinity } },
        { nameof(EngineOptions.RelevanceWeight), Good with { RelevanceWeight = -1 } },
        { nameof(EngineOptions.PromotionWeight), Good with { PromotionWeight = 1e7 } },
        { nameof(EngineOptions.SearchThreads), Good with { SearchThreads = -1 } },
        { nameof(EngineOptions.SearchThreads), Good with { SearchThreads = RowSearcher.ThreadsMax + 1 } },
        { nameof(EngineOptions.CataloguePath), Good with { CataloguePath = " " } },
        { nameof(BatchLimits.RequestsMax), Good with { Limits = new() { RequestsMax = 0 } } },
        { nameof(BatchLimits.CandidatesMax), Good with { Limits = new() { CandidatesMax = 65_537 } } },
        { nameof(BatchLimits.SlotsMax), Good with { Limits = new() { SlotsMax = 0 } } },
        { nameof(BatchLimits.RetrievalDepthMax), Good with { Limits = new() { RetrievalDepthMax = 255 } } },
        { nameof(BatchLimits.RetrievalDepth), Good with { Limits = new() { RetrievalDepth = 4097 } } },
        { nameof(BatchLimits.PromotedDepth), Good with { Limits = new() { PromotedDepth = -1 } } },
        { nameof(BatchLimits.BatchCandidatesMax), Good with { Limits = new() { BatchCandidatesMax = 4095 } } },
        { nameof(BatchLimits.BatchCandidatesMax), Good with { Limits = new() { BatchCandidatesMax = 4096 + 63 } } }, // one search with its promoted tracks
        { nameof(BatchLimits.DeniedLicensorsMax), Good with { Limits = new() { DeniedLicensorsMax = -1 } } },
    };

    [Fact]
    public void DefaultsAreValid() => Assert.Same(Good, Good.Validated());

    [Theory, MemberData(nameof(Bad))]
    public void AValueOutOfRangeIsNamed(string name, EngineOptions options) =>
        Assert.Equal(name, Assert.ThrowsAny<ArgumentException>(options.Validated).ParamName);
}
