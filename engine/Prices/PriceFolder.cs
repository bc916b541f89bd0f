using System.Text.Json;

namespace Rubato;

/// <summary>Reads and writes a price set as a folder: prices.json and four .npy arrays (docs/SCORING.md).</summary>
public static class PriceFolder
{
    private const int IdsMax = 1_000_000;
    private const string Head = "prices.json", Budget = "price-budget.npy", Promise = "price-promise.npy",
        Licensor = "price-licensor.npy", Cohort = "price-cohort.npy";

    /// <summary>Reads a price folder.</summary>
    /// <exception cref="EngineDataException">A file is malformed, the lengths disagree, or a price is negative, NaN or too large.</exception>
    /// <exception cref="NpyException">An array is missing or damaged, or of another type or shape.</exception>
    public static PriceSet Read(string folder)
    {
        string head = Path.Combine(folder, Head);
        using JsonDocument document = JsonFile.Open(head);
        var fields = new JsonFields(document.RootElement, head, "");
        fields.RequireKeys("generation", "created", "campaigns", "licensors", "cohorts");
        long generation = fields.Integer("generation", 1, long.MaxValue);
        DateTime created = fields.Instant("created");
        uint[] campaigns = fields.Ids("campaigns", IdsMax), licensors = fields.Ids("licensors", IdsMax), cohorts = fields.Ids("cohorts", IdsMax);
        return new PriceSet
        {
            Generation = generation, Created = created, CampaignIds = campaigns, LicensorIds = licensors, CohortIds = cohorts,
            Budget = ReadPrices(folder, Budget, campaigns.Length, "campaigns"),
            Promise = ReadPrices(folder, Promise, campaigns.Length, "campaigns"),
            Licensor = ReadPrices(folder, Licensor, licensors.Length, "licensors"),
            Cohort = ReadPrices(folder, Cohort, cohorts.Length, "cohorts"),
        };
    }

    /// <summary>Writes a price folder, replacing the folder that was there.</summary>
    /// <remarks>
    /// Everything is written to a folder beside it first. A folder cannot be exchanged in one step, so a reader that comes between the two
    /// renames finds none and says so; it never finds half of one.
    /// </remarks>
    /// <exception cref="ArgumentException">The price set is not valid.</exception>
    /// <exception cref="IOException">A file could not be written.</exception>
    public static void Write(string folder, PriceSet prices)
    {
        prices.Validated();
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string fresh = $"{target}.new-{Environment.ProcessId}", old = $"{target}.old-{Environment.ProcessId}";
        Directory.CreateDirectory(fresh);
        try
        {
            WriteHead(Path.Combine(fresh, Head), prices);
            NpyFile.Write<double>(Path.Combine(fresh, Budget), prices.Budget);
            NpyFile.Write<double>(Path.Combine(fresh, Promise), prices.Promise);
            NpyFile.Write<double>(Path.Combine(fresh, Licensor), prices.Licensor);
            NpyFile.Write<double>(Path.Combine(fresh, Cohort), prices.Cohort);
            bool replaces = Directory.Exists(target);
            if (replaces) Directory.Move(target, old);
            Directory.Move(fresh, target);
            if (replaces) Directory.Delete(old, recursive: true);
        }
        catch
        {
            if (!Directory.Exists(target) && Directory.Exists(old)) Directory.Move(old, target);
            if (Directory.Exists(fresh)) Directory.Delete(fresh, recursive: true);
            throw;
        }
    }

    private static double[] ReadPrices(string folder, string name, int length, string ids)
    {
        string path = Path.Combine(folder, name);
        double[] prices = NpyFile.Read<double>(path, dimensions: 1).Values;
        if (prices.Length != length)
            throw new EngineDataException(path, $"{prices.Length} prices (expected {length}, one for each of the {ids} of {Head})");
        int bad = PriceSet.IndexOfBad(prices);
        return bad < 0 ? prices
            : throw new EngineDataException(path, $"element {bad}: price {prices[bad]} (expected 0 to {PriceSet.PriceMax})");
    }

    private static void WriteHead(string path, PriceSet prices)
    {
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteNumber("generation", prices.Generation);
        json.WriteString("created", prices.Created.UtcDateTime);
        WriteIds(json, "campaigns", prices.CampaignIds);
        WriteIds(json, "licensors", prices.LicensorIds);
        WriteIds(json, "cohorts", prices.CohortIds);
        json.WriteEndObject();
    }

    private static void WriteIds(Utf8JsonWriter json, string name, ReadOnlySpan<uint> ids)
    {
        json.WriteStartArray(name);
        foreach (uint id in ids) json.WriteNumberValue(id);
        json.WriteEndArray();
    }
}
