using Rubato.Tests.Support;

namespace Rubato.Tests.Dry;

public sealed class DryRunTests
{
    [Theory, InlineData(1, 20_000)] // two million requests: bench, dry-run
    public async Task CampaignsThatRunDrySpendTheirBudgetsToWithinALeaseAndNoMore(int seed, int requests)
    {
        using var folder = new TemporaryFolder();
        DryRunResult result = await new DryRun(folder.Path, new DryRunOptions(requests, Connections: 64, Campaigns: 200, DeliveriesPerCampaign: 150, seed)).RunAsync();
        Assert.Equal(200 * 150, result.Deliveries);
        Assert.InRange(result.DryAfter, 200 * 150 / 5, requests);
        Assert.InRange(result.DeliveriesLeftMax, 0, 0.999999); // what is left of a budget pays no delivery
    }
}
