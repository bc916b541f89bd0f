using Rubato.Kernels.Similarity;
using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>A forced variant that is unknown is refused when the server starts, with the names that there are.</summary>
public sealed class ServeVariantTests
{
    [Fact]
    public async Task AnUnknownVariantIsRefusedWithTheNames()
    {
        string line = await RubatoCommand.Refused(2, "serve", "--catalogue", "c.rbt", "--variant", "none");
        Assert.Contains("Scoring:Variant = \"none\" must be one of", line);
        foreach (var variant in ScanKernels.Variants) Assert.Contains(variant.Name, line);
    }

    [Theory, InlineData("Scoring:SearchThreads=65", "a whole number, 0 to 64"), InlineData("Scoring:PinSearchThreads=maybe", "true or false")]
    public async Task SearchThreadsOutOfRangeAreRefused(string setting, string rule)
        => Assert.Contains($"must be {rule}", await RubatoCommand.Refused(2, "serve", "--catalogue", "c.rbt", "--set", setting));
}
