using System.Globalization;
using System.Text.Json;

namespace Rubato.Server;

/// <summary>Licensors, markets, campaigns and prices made up from a fixed seed, in the formats that a user would bring.</summary>
internal sealed class SyntheticCampaigns
{
    private const int Seed = 1, LicensorCount = 12, CampaignCount = 40;
    private const uint CohortId = 1;

    private static readonly string[] MarketCodes = ["DE", "FR", "GB", "US", "SE"];

    private readonly long[] _trackIds;
    private readonly uint[] _licensors;
    private readonly Random _random = new(Seed);

    public SyntheticCampaigns(long[] trackIds)
    {
        _trackIds = trackIds;
        // Squared: a few large licensors and many small ones, as in real catalogues.
        _licensors = [.. trackIds.Select(_ => 1 + (uint)(LicensorCount * Math.Pow(_random.NextDouble(), 2)))];
    }

    /// <summary>One line per track: licensor; one in ten limited to some markets; one in twenty explicit.</summary>
    public void WriteAttributes(string path)
    {
        using StreamWriter lines = File.CreateText(path);
        for (int row = 0; row < _trackIds.Length; row++)
        {
            string markets = _random.Next(10) > 0 ? "" : $",\"markets\":[\"{MarketCodes[_random.Next(MarketCodes.Length)]}\",\"US\"]";
            if (markets.Contains("\"US\",\"US\"", StringComparison.Ordinal)) markets = ",\"markets\":[\"US\"]";
            string isExplicit = _random.Next(20) > 0 ? "" : ",\"explicit\":true";
            lines.WriteLine($"{{\"licensor\":{_licensors[row]}{markets}{isExplicit}}}");
        }
    }

    /// <summary>Forty campaigns of tracks of one licensor each, with budget, worth and spend per delivery; one cohort with a quality floor.</summary>
    public void WriteCampaigns(string path)
    {
        using FileStream file = File.Create(path);
        using var json = new Utf8JsonWriter(file);
        json.WriteStartObject();
        json.WriteStartArray("cohorts");
        json.WriteStartObject();
        json.WriteNumber("id", CohortId);
        json.WriteNumber("floor", 0.55);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("campaigns");
        for (uint id = 1; id <= CampaignCount; id++) WriteCampaign(json, id);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Prices as a solve might end: a third of the budgets and one licensor's cap are scarce.</summary>
    public PriceSet Prices()
    {
        uint[] campaigns = [.. Enumerable.Range(1, CampaignCount).Select(id => (uint)id)];
        uint[] licensors = [.. Enumerable.Range(1, LicensorCount).Select(id => (uint)id)];
        return new PriceSet
        {
            Generation = 1,
            Created = DateTimeOffset.UtcNow,
            CampaignIds = campaigns,
            LicensorIds = licensors,
            CohortIds = [CohortId],
            Budget = [.. campaigns.Select(_ => _random.Next(3) == 0 ? Math.Round(_random.NextDouble() * 4, 3) : 0)],
            Promise = [.. campaigns.Select(_ => _random.Next(8) == 0 ? 0.02 : 0)],
            Licensor = [.. licensors.Select(id => id == 1 ? 0.03 : 0)],
            Cohort = [0.05],
        };
    }

    private void WriteCampaign(Utf8JsonWriter json, uint id)
    {
        uint licensor = 1 + (id - 1) % LicensorCount;
        long[] tracks = [.. _trackIds.Where((_, row) => _licensors[row] == licensor && _random.Next(6) == 0)];
        if (tracks.Length == 0) tracks = [_trackIds[Array.IndexOf(_licensors, licensor)]];
        json.WriteStartObject();
        json.WriteNumber("id", id);
        json.WriteString("name", string.Create(CultureInfo.InvariantCulture, $"synthetic campaign {id}"));
        json.WriteNumber("licensor", licensor);
        json.WriteNumber("valueMicros", _random.Next(50_000, 400_000));
        json.WriteNumber("spendMicros", _random.Next(5_000, 50_000));
        json.WriteNumber("budgetMicros", _random.Next(20, 500) * 1_000_000L);
        json.WriteString("start", "2026-01-01T00:00:00Z");
        json.WriteString("end", "2099-01-01T00:00:00Z");
        json.WriteStartArray("tracks");
        foreach (long track in tracks) json.WriteNumberValue(track);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
