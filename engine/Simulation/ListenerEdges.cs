namespace Rubato;

/// <summary>Every listener's candidates, and which campaigns they stand for at what value: the edges of the allocation problem.</summary>
internal sealed class ListenerEdges
{
    private readonly int[] _starts, _campaigns;
    private readonly float[] _values;

    private ListenerEdges(int[] starts, int[] campaigns, float[] values) => (_starts, _campaigns, _values) = (starts, campaigns, values);

    /// <summary>Campaigns of a listener, indices ascending.</summary>
    public ReadOnlySpan<int> Campaigns(int listener) => _campaigns.AsSpan(_starts[listener], _starts[listener + 1] - _starts[listener]);

    /// <summary>Values of a delivery of each of them.</summary>
    public ReadOnlySpan<float> Values(int listener) => _values.AsSpan(_starts[listener], _starts[listener + 1] - _starts[listener]);

    /// <summary>Value of a delivery of a campaign to a listener whose candidate it is.</summary>
    public float Value(int listener, int campaign) => Values(listener)[Campaigns(listener).BinarySearch(campaign)];

    /// <summary>Asks an engine without prices for the slate of all candidates: its scores are the values.</summary>
    public static ListenerEdges Collect(Engine engine, float[] listeners, long[][] candidates)
    {
        List<int> starts = [0], campaigns = [];
        List<float> values = [];
        RequestBatch requests = engine.CreateRequests();
        ResponseBatch responses = engine.CreateResponses();
        for (int listener = 0; listener < candidates.Length; listener++)
        {
            requests.Clear();
            int dimension = engine.Catalogue.Dimension;
            requests.AddScore(listeners.AsSpan(listener * dimension, dimension), candidates[listener], default);
            engine.Score(requests, responses);
            var edges = new SortedDictionary<int, float>();
            for (int i = 0; i < candidates[listener].Length; i++)
                if (responses.CampaignIds(0)[i] != 0) edges[engine.Campaigns.IndexOf(responses.CampaignIds(0)[i])] = responses.Scores(0)[i];
            campaigns.AddRange(edges.Keys);
            values.AddRange(edges.Values);
            starts.Add(campaigns.Count);
        }
        return new ListenerEdges([.. starts], [.. campaigns], [.. values]);
    }
}
