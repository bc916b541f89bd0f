using System.Text.Json;

namespace Rubato;

/// <summary>Reads campaigns.json (docs/SCORING.md).</summary>
internal static class CampaignFile
{
    private const int CampaignsMax = 65_536, CohortsMax = 65_536; // the solver counts campaigns in 16 bits
    private const int TracksMax = 10_000_000, MarketsMax = 676, NameCharactersMax = 200;

    /// <exception cref="EngineDataException">The file is missing or malformed, or names a track that the catalogue does not hold.</exception>
    public static CampaignSet Read(string path, Catalogue catalogue)
    {
        using JsonDocument document = JsonFile.Open(path);
        var file = new JsonFields(document.RootElement, path, "");
        file.RequireKeys("cohorts", "campaigns");
        Cohort[] cohorts = Each(file, "cohorts", CohortsMax, "cohort", optional: true, ReadCohort);
        Campaign[] campaigns = Each(file, "campaigns", CampaignsMax, "campaign", optional: false,
            fields => ReadCampaign(fields, catalogue));
        return new CampaignSet(campaigns, cohorts, catalogue.Rows);
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

    private static Cohort ReadCohort(JsonFields fields)
    {
        fields.RequireKeys("id", "floor");
        return new Cohort(Id(fields, "id"), fields.Number("floor", 0, 1));
    }

    private static Campaign ReadCampaign(JsonFields fields, Catalogue catalogue)
    {
        fields.RequireKeys("id", "name", "licensor", "tracks", "valueMicros", "spendMicros", "budgetMicros", "start", "end", "markets");
        var campaign = new Campaign
        {
            Id = Id(fields, "id"),
            Name = fields.Text("name", NameCharactersMax),
            Licensor = Id(fields, "licensor"),
            ValueMicros = fields.Integer("valueMicros", 0, long.MaxValue),
            SpendMicros = fields.Integer("spendMicros", 0, long.MaxValue),
            BudgetMicros = fields.Integer("budgetMicros", 0, long.MaxValue),
            Start = fields.Instant("start"),
            End = fields.Instant("end"),
            Markets = ReadMarkets(fields),
            Rows = ReadRows(fields, catalogue),
        };
        return campaign.End > campaign.Start ? campaign
            : throw fields.Error("end", $"expected an instant after start {campaign.Start:O}, found {campaign.End:O}");
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

    private static int[] ReadRows(JsonFields fields, Catalogue catalogue)
    {
        JsonElement[] elements = fields.Array("tracks", TracksMax);
        if (elements.Length == 0) throw fields.Error("tracks", "empty (expected at least one track id)");
        var rows = new int[elements.Length];
        var seen = new HashSet<int>(rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            long id = fields.Integer(elements[i], $"tracks[{i}]", long.MinValue, long.MaxValue);
            rows[i] = catalogue.RowOf(id);
            if (rows[i] < 0) throw fields.Error($"tracks[{i}]", $"track {id} is not in the catalogue");
            if (!seen.Add(rows[i])) throw fields.Error($"tracks[{i}]", $"track {id} appears twice");
        }
        return rows;
    }

    private static uint Id(JsonFields fields, string name) => (uint)fields.Integer(name, 1, uint.MaxValue);
}
