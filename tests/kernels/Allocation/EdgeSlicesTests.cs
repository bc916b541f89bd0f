using Rubato.Kernels.Allocation;

namespace Rubato.Tests;

public class EdgeSlicesTests
{
    [Theory, InlineData(1, 5_000), InlineData(2, 37)]
    public void EveryUsableEdgeLiesInExactlyOneLane(int seed, int listeners)
    {
        const int campaigns = 12;
        EdgeColumns columns = RandomSlices.Columns(seed, listeners, campaigns, floors: true, slotsMax: 2);
        var gates = new CampaignGate[campaigns];
        (gates[0], gates[1]) = (CampaignGate.Closed, CampaignGate.FreeEdgesOnly);
        EdgeSlices edges = EdgeSlicesBuilder.Build(columns, gates, cohortCount: 3, threads: 2);
        var expected = new List<(int, float, float, float)>();
        for (int i = 0; i < listeners; i++)
            for (long e = columns.Starts[i]; e < columns.Starts[i + 1]; e++)
                if (columns.Slots[i] > 0 && columns.Campaigns[e] > 1) expected.Add((columns.Campaigns[e], columns.Values[e], columns.Spends[e], columns.Margins[e]));
        var actual = new List<(int, float, float, float)>();
        for (int e = 0; e < edges.Starts[^1]; e++)
            if (edges.Values[e] != EdgeSlices.PaddingValue) actual.Add((edges.Campaigns[e], edges.Values[e], edges.Spends[e], edges.Margins[e]));
        Assert.Equal(expected.Order(), actual.Order());
    }

    [Fact]
    public void TheLayoutDoesNotDependOnTheThreads()
    {
        EdgeColumns columns = RandomSlices.Columns(3, 9_000, 10, floors: false, slotsMax: 4);
        EdgeSlices one = EdgeSlicesBuilder.Build(columns, new CampaignGate[10], 0, threads: 1);
        EdgeSlices four = EdgeSlicesBuilder.Build(columns, new CampaignGate[10], 0, threads: 4);
        Assert.Equal(one.Starts, four.Starts);
        Assert.Equal(one.Campaigns, four.Campaigns);
        Assert.Equal(one.Values, four.Values);
        Assert.Equal(one.Slots, four.Slots);
    }

    [Fact]
    public void MoreCampaignsThanNumbersAreRefused()
    {
        EdgeColumns columns = RandomSlices.Columns(1, 2, 2, floors: false, slotsMax: 1);
        Assert.Contains("65537", Assert.Throws<ArgumentException>(() => EdgeSlicesBuilder.Build(columns, new CampaignGate[65_537], 0, 1)).Message);
    }
}
