using System.Text.Json;

namespace Rubato;

/// <summary>Reads campaigns.json (docs/SCORING.md).</summary>
internal static class CampaignFile
{
    internal const int CampaignsMax = 65_536; // the solver counts campaigns in 16 bits
    private const int CohortsMax = 65_536;
    private const int LicensorsMax = 1_000_000, TracksMax = 10_000_000, MarketsMax = 676, NameCharactersMax = 200;

    /// <exception cref="EngineDataException">The file is missing or malformed, or names a track or licensor that does not exist.</exception>
    public static CampaignSet Read(string path, Catalogue catalogue)
    {
        using JsonDocument document = JsonFile.Open(path);
        return Read(document, path, catalogue);
    }

    /// <summary>Reads what the file would contain.</summary>
    /// <param name="json">UTF-8</param> <param name="source">where it comes from, for messages</param> <param name="catalogue">tracks that may be named</param>
    /// <exception cref="EngineDataException">As for a file.</exception>
    public static CampaignSet Parse(ReadOnlyMemory<byte> json, string source, Catalogue catalogue)
    {
        using JsonDocument document = JsonFile.Parse(json, source);
        return Read(document, source, catalogue);
    }

    private static CampaignSet Read(JsonDocument document, string source, Catalogue catalogue)
    {
        var file = new JsonFields(document.RootElement, source, "");
        file.RequireKeys("licensors", "cohorts", "campaigns");
        Licensor[] licensors = Each(file, "licensors", LicensorsMax, "licensor", optional: true, ReadLicensor);
        Cohort[] cohorts = Each(file, "cohorts", CohortsMax, "cohort", optional: true, ReadCohort);
        Campaign[] campaigns = Each(file, "campaigns", CampaignsMax, "campaign", optional: false,
            fields => ReadCampaign(fields, catalogue));
        if (file.Has("licensors")) RequireLicensors(file, licensors, campaigns);
        return new CampaignSet(campaigns, cohorts, catalogue.Rows) { Licensors = [.. licensors.OrderBy(licensor => licensor.Id)] };
    }

    /// <summary>Reads the objects of an array; each is named by its id as soon as that is known, and no id may come twice.</summary>
    private static T[] Each<T>(JsonFields file, string array, int countMax, string noun, bool optional, Func<JsonFields, T> read)
    {
        JsonElement[] elements = file.Array(array, countMax, optional);
        var values = new T[elements.Length];
        var seen = new HashSet<uint>(elements.Length);
        for (int i = 0; i < elements.Length; i++)
        {
            var fields = file with { Element = elements[i], Place = $"{array}[{i}]" };
            if (elements[i].ValueKind != JsonValueKind.Object) throw fields.Error("", $"expected an object, found {JsonFields.Found(elements[i])}");
            uint id = Id(fields, "id");
            fields = fields with { Place = $"{noun} {id}" };
            if (!seen.Add(id)) throw fields.Error("id", $"appears twice ({array}[{i}] again)");
            values[i] = read(fields);
        }
        return values;
    }

    /// <summary>A file that lists its licensors means all of them.</summary>
    private static void RequireLicensors(JsonFields file, Licensor[] licensors, Campaign[] campaigns)
    {
        var known = new HashSet<uint>(licensors.Select(licensor => licensor.Id));
        if (campaigns.FirstOrDefault(campaign => !known.Contains(campaign.Licensor)) is { } stray)
            throw (file with { Place = $"campaign {stray.Id}" }).Error("licensor", $"{stray.Licensor} is not among the file's licensors");
    }

    private static Licensor ReadLicensor(JsonFields fields)
    {
        fields.RequireKeys("id", "name");
        return new Licensor(Id(fields, "id"), fields.Text("name", NameCharactersMax));
    }

    private static Cohort ReadCohort(JsonFields fields)
    {
        fields.RequireKeys("id", "floor");
        return new Cohort(Id(fields, "id"), fields.Number("floor", 0, 1));
    }

    private static Campaign ReadCampaign(JsonFields fields, Catalogue catalogue)
    {
        fields.RequireKeys("id", "name", "licensor", "tracks", "valueMicros", "spendMicros", "budgetMicros", "dailyBudgetMicros", "promised",
            "start", "end", "curve", "frequencyCap", "markets", "explicit");
        long budget = fields.Integer("budgetMicros", 0, long.MaxValue);
        bool promotesExplicit = ReadExplicit(fields);
        var campaign = new Campaign
        {
            Id = Id(fields, "id"),
            Name = fields.Text("name", NameCharactersMax),
            Licensor = Id(fields, "licensor"),
            ValueMicros = fields.Integer("valueMicros", 0, long.MaxValue),
            SpendMicros = fields.Integer("spendMicros", 0, BudgetAccount.ReservationMicrosMax),
            BudgetMicros = budget,
            DailyBudgetMicros = fields.Has("dailyBudgetMicros") ? fields.Integer("dailyBudgetMicros", 0, budget) : budget,
            Promised = fields.Has("promised") ? fields.Integer("promised", 0, long.MaxValue) : 0,
            Start = fields.Instant("start"),
            End = fields.Instant("end"),
            Curve = ReadCurve(fields),
            FrequencyCap = ReadFrequencyCap(fields),
            Markets = ReadMarkets(fields),
            PromotesExplicit = promotesExplicit,
            Rows = ReadRows(fields, catalogue, promotesExplicit),
        };
        if (campaign.End <= campaign.Start)
            throw fields.Error("end", $"expected an instant after start {campaign.Start:O}, found {campaign.End:O}");
        if (campaign.Curve.Mass(campaign.Start, campaign.End) <= 0)
            throw fields.Error("curve", "no hour between start and end has weight (expected at least one)");
        if ((Int128)campaign.Promised * campaign.SpendMicros > campaign.BudgetMicros)
            throw fields.Error("promised", $"{campaign.Promised} deliveries of {campaign.SpendMicros} micro-units cost more than the budget of {budget}");
        return campaign;
    }

    private static SpendCurve ReadCurve(JsonFields fields)
    {
        if (!fields.Element.TryGetProperty("curve", out JsonElement curve)) return SpendCurve.Even;
        if (curve.ValueKind == JsonValueKind.String)
            return curve.ValueEquals("even"u8) ? SpendCurve.Even
                : throw fields.Error("curve", $"expected \"even\" or {SpendCurve.HoursPerWeek} weights, found {JsonFields.Found(curve)}");
        double[] weights = fields.Numbers("curve", SpendCurve.HoursPerWeek, 0, SpendCurve.WeightMax);
        return weights.Any(weight => weight > 0) ? new SpendCurve(weights) : throw fields.Error("curve", "all weights are 0");
    }

    private static FrequencyCap? ReadFrequencyCap(JsonFields fields)
    {
        if (!fields.Has("frequencyCap")) return null;
        var cap = fields with { Element = fields.Element.GetProperty("frequencyCap"), Place = $"{fields.Place}: frequencyCap" };
        cap.RequireKeys("deliveries", "windowSeconds");
        return new FrequencyCap((int)cap.Integer("deliveries", 1, FrequencyCap.DeliveriesMax), (int)cap.Integer("windowSeconds", 1, FrequencyCap.WindowSecondsMax));
    }

    private static bool ReadExplicit(JsonFields fields)
    {
        if (!fields.Has("explicit")) return true;
        return fields.Text("explicit", NameCharactersMax) switch
        {
            "allow" => true,
            "exclude" => false,
            string other => throw fields.Error("explicit", $"expected \"allow\" or \"exclude\", found \"{other}\""),
        };
    }

    private static Market[] ReadMarkets(JsonFields fields)
    {
        if (!fields.Has("markets")) return [];
        JsonElement[] elements = fields.Array("markets", MarketsMax);
        if (elements.Length == 0) throw fields.Error("markets", "empty (expected at least one market, or no such field for everywhere)");
        var markets = new Market[elements.Length];
        for (int i = 0; i < markets.Length; i++)
        {
            if (elements[i].ValueKind != JsonValueKind.String || !Market.TryParse(elements[i].GetString()!, out markets[i]))
                throw fields.Error($"markets[{i}]", $"expected two letters A to Z, found {JsonFields.Found(elements[i])}");
        }
        return markets;
    }

    private static int[] ReadRows(JsonFields fields, Catalogue catalogue, bool promotesExplicit)
    {
        JsonElement[] elements = fields.Array("tracks", TracksMax);
        if (elements.Length == 0) throw fields.Error("tracks", "empty (expected at least one track id)");
        var rows = new List<int>(elements.Length);
        var seen = new HashSet<int>(elements.Length);
        for (int i = 0; i < elements.Length; i++)
        {
            long id = fields.Integer(elements[i], $"tracks[{i}]", long.MinValue, long.MaxValue);
            int row = catalogue.RowOf(id);
            if (row < 0) throw fields.Error($"tracks[{i}]", $"track {id} is not in the catalogue");
            if (!seen.Add(row)) throw fields.Error($"tracks[{i}]", $"track {id} appears twice");
            if (promotesExplicit || !catalogue.Attributes.IsExplicit(row)) rows.Add(row);
        }
        return rows.Count > 0 ? [.. rows] : throw fields.Error("tracks", "all are explicit, which the campaign excludes");
    }

    private static uint Id(JsonFields fields, string name) => (uint)fields.Integer(name, 1, uint.MaxValue);
}
