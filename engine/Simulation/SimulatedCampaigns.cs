using System.Text.Json;

namespace Rubato;

/// <summary>Synthetic campaigns of one track each, in the format that a user would bring.</summary>
/// <remarks>
/// Tracks are drawn among those that are candidates of 2 to 60 % of the requests. A budget pays for a part of the requests that the campaign is a
/// candidate of, 60 % at most, so that no campaign lacks demand; together budgets pay for a given part of all slots.
/// </remarks>
internal static class SimulatedCampaigns
{
    private const double ShareMin = 0.02, ShareMax = 0.6, DemandMax = 0.6;

    /// <summary>Writes campaigns.json.</summary>
    /// <param name="path">the file</param> <param name="options">campaigns and budgets</param>
    /// <param name="candidates">[listeners] track ids</param> <param name="weights">[listeners] how often each comes</param>
    /// <exception cref="EngineDataException">No track is a candidate often enough.</exception>
    public static void Write(string path, SimulationOptions options, long[][] candidates, double[] weights)
    {
        var random = new Random(options.Seed);
        (long Track, double Share)[] tracks = Draw(random, options.Campaigns, Shares(candidates, weights));
        if (tracks.Length == 0)
            throw new EngineDataException(path, $"no track is a candidate of {ShareMin:p0} to {ShareMax:p0} of the requests (expected at least one to promote)");
        double requests = options.ExposureProbability * TotalRequests(options), slots = requests * options.Slots;
        double[] deliveries = [.. tracks.Select(track => (0.2 + 0.8 * random.NextDouble()) * track.Share * requests)];
        double scale = options.BudgetShare * slots / deliveries.Sum();
        using FileStream file = File.Create(path);
        using var json = new Utf8JsonWriter(file);
        json.WriteStartObject();
        json.WriteStartArray("campaigns");
        for (int i = 0; i < tracks.Length; i++)
            WriteCampaign(json, options, random, (uint)(i + 1), tracks[i].Track, Math.Min(scale * deliveries[i], DemandMax * tracks[i].Share * requests));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // A campaign's id follows its track's, so that the same draw always makes the same file.
    private static (long Track, double Share)[] Draw(Random random, int count, Dictionary<long, double> shares)
    {
        var found = new List<(long Track, double Share)>();
        foreach ((long track, double share) in shares)
            if (share is >= ShareMin and <= ShareMax) found.Add((track, share));
        (long Track, double Share)[] tracks = [.. found];
        Array.Sort(tracks, (a, b) => a.Track.CompareTo(b.Track)); // the order of a dictionary is nobody's promise
        random.Shuffle(tracks);
        Array.Resize(ref tracks, Math.Min(count, tracks.Length));
        Array.Sort(tracks, (a, b) => a.Track.CompareTo(b.Track));
        return tracks;
    }

    private static Dictionary<long, double> Shares(long[][] candidates, double[] weights)
    {
        var shares = new Dictionary<long, double>();
        double total = weights.Sum();
        for (int listener = 0; listener < candidates.Length; listener++)
            foreach (long track in candidates[listener]) shares[track] = shares.GetValueOrDefault(track) + weights[listener] / total;
        return shares;
    }

    private static double TotalRequests(SimulationOptions options)
    {
        SimulationOptions expected = options with { ShockFactor = 1 }; // nobody sees a shock coming
        double total = 0;
        for (DateTime hour = SimulationOptions.Start; hour < options.End; hour = hour.AddHours(1)) total += TrafficProfile.Requests(expected, hour, hour.AddHours(1));
        return total;
    }

    private static void WriteCampaign(Utf8JsonWriter json, SimulationOptions options, Random random, uint id, long track, double deliveries)
    {
        long spend = random.Next(5_000, 50_000);
        json.WriteStartObject();
        json.WriteNumber("id", id);
        json.WriteString("name", $"synthetic campaign {id}");
        json.WriteNumber("licensor", 1 + (id - 1) % 12);
        json.WriteStartArray("tracks");
        json.WriteNumberValue(track);
        json.WriteEndArray();
        json.WriteNumber("valueMicros", random.Next(50_000, 400_000));
        json.WriteNumber("spendMicros", spend);
        json.WriteNumber("budgetMicros", Math.Max(1, (long)deliveries) * spend);
        json.WriteString("start", SimulationOptions.Start);
        json.WriteString("end", options.End);
        if (options.EvenCurve) json.WriteString("curve", "even");
        else WriteWeights(json, TrafficProfile.Expected);
        json.WriteEndObject();
    }

    private static void WriteWeights(Utf8JsonWriter json, SpendCurve curve)
    {
        json.WriteStartArray("curve");
        foreach (double weight in curve.Weights) json.WriteNumberValue(weight);
        json.WriteEndArray();
    }
}
