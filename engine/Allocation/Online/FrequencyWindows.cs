namespace Rubato;

/// <summary>The frequency counters, one per length of window; live updates that keep a length keep its counts.</summary>
/// <remarks>Memory: <see cref="EngineOptions.FrequencyBytes"/> for each of at most <see cref="LengthsMax"/> lengths, whatever the number of listeners.</remarks>
internal sealed class FrequencyWindows(int bytes)
{
    /// <summary>Different lengths of windows that campaigns may have at a time.</summary>
    public const int LengthsMax = 8;

    private Dictionary<int, FrequencyCounter> _counters = [];

    /// <summary>Counters for the campaigns, by length; nothing changes before <see cref="Keep"/>.</summary>
    /// <exception cref="EngineDataException">There are more lengths than <see cref="LengthsMax"/>.</exception>
    public Dictionary<int, FrequencyCounter> For(CampaignSet campaigns, string source)
    {
        var counters = new Dictionary<int, FrequencyCounter>();
        foreach (Campaign campaign in campaigns.Campaigns)
        {
            if (campaign.FrequencyCap is not { } cap || counters.ContainsKey(cap.WindowSeconds)) continue;
            if (counters.Count == LengthsMax)
                throw new EngineDataException(source, $"campaign {campaign.Id}: frequencyCap: windowSeconds: {cap.WindowSeconds} after {LengthsMax} other lengths (expected at most {LengthsMax})");
            counters.Add(cap.WindowSeconds, _counters.GetValueOrDefault(cap.WindowSeconds) ?? new FrequencyCounter(cap.WindowSeconds, bytes));
        }
        return counters;
    }

    /// <summary>The counters in use from now on; others are forgotten.</summary>
    public void Keep(Dictionary<int, FrequencyCounter> counters) => _counters = counters;
}
