using System.Globalization;
using System.Text.Json;

namespace Rubato;

/// <summary>
/// Releases budgets day by day (UTC): by the end of a day, at most what was spent before it and the day's own budget may have been handed out.
/// </summary>
/// <remarks>
/// The ledger is told the released part as the budget, so the day's limit is kept as exactly as the whole one. What was spent before the day
/// stands in a file beside the journal, written before anything is released: after a restart on the same day nothing is released twice.
/// </remarks>
internal sealed class DailyBudgets
{
    private const string DayForm = "yyyy-MM-dd";
    private readonly string? _path;
    private Dictionary<uint, long> _spentBefore = [];

    /// <param name="path">the file; null = kept in memory alone</param>
    /// <exception cref="EngineDataException">The file cannot be read.</exception>
    public DailyBudgets(string? path)
    {
        _path = path;
        if (path is not null && File.Exists(path)) Read(path);
    }

    /// <summary>The day that budgets are released for.</summary>
    public DateOnly Day { get; private set; }

    /// <summary>What the ledger may hand out of every budget by the end of a day.</summary>
    /// <param name="campaigns">the campaigns</param> <param name="day">not before <see cref="Day"/></param>
    /// <param name="spent">what a campaign has spent and reserved until now</param>
    /// <exception cref="EngineDataException">The file cannot be written; nothing is released.</exception>
    public BudgetLimit[] Release(CampaignSet campaigns, DateOnly day, Func<uint, long> spent)
    {
        var before = day > Day ? [] : new Dictionary<uint, long>(_spentBefore);
        int known = before.Count;
        foreach (Campaign campaign in campaigns.Campaigns)
            if (campaign.DailyBudgetMicros < campaign.BudgetMicros && !before.ContainsKey(campaign.Id)) before.Add(campaign.Id, spent(campaign.Id));
        if (_path is not null && (before.Count > known || (day > Day && _spentBefore.Count > 0))) Write(_path, day, before);
        (_spentBefore, Day) = (before, day);
        var limits = new BudgetLimit[campaigns.Count];
        for (int i = 0; i < limits.Length; i++)
        {
            Campaign campaign = campaigns.Campaigns[i];
            limits[i] = new BudgetLimit(campaign.Id, campaign.BudgetMicros, Released(campaign));
        }
        return limits;
    }

    private long Released(Campaign campaign) => campaign.DailyBudgetMicros == campaign.BudgetMicros ? campaign.BudgetMicros
        : (long)Int128.Min(campaign.BudgetMicros, (Int128)_spentBefore[campaign.Id] + campaign.DailyBudgetMicros);

    private void Read(string path)
    {
        using JsonDocument document = JsonFile.Open(path);
        var file = new JsonFields(document.RootElement, path, "");
        file.RequireKeys("day", "campaigns", "spentMicros");
        if (!DateOnly.TryParseExact(file.Text("day", DayForm.Length), DayForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day))
            throw file.Error("day", $"expected a day such as \"2026-01-31\", found \"{file.Text("day", DayForm.Length)}\"");
        Day = day;
        uint[] campaigns = file.Ids("campaigns", CampaignFile.CampaignsMax);
        JsonElement[] micros = file.Array("spentMicros", campaigns.Length);
        if (micros.Length != campaigns.Length) throw file.Error("spentMicros", $"{micros.Length} elements (expected {campaigns.Length}, one per campaign)");
        for (int i = 0; i < campaigns.Length; i++) _spentBefore.Add(campaigns[i], file.Integer(micros[i], $"spentMicros[{i}]", 0, long.MaxValue));
    }

    private static void Write(string path, DateOnly day, Dictionary<uint, long> spentBefore)
    {
        try
        {
            using var file = new AtomicFile(path);
            using (var json = new Utf8JsonWriter(file.Stream))
            {
                json.WriteStartObject();
                json.WriteString("day", day.ToString(DayForm, CultureInfo.InvariantCulture));
                json.WriteStartArray("campaigns");
                foreach (uint campaign in spentBefore.Keys) json.WriteNumberValue(campaign);
                json.WriteEndArray();
                json.WriteStartArray("spentMicros");
                foreach (long micros in spentBefore.Values) json.WriteNumberValue(micros);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            file.Commit();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new EngineDataException(path, DataFileException.Describe(failure), failure);
        }
    }
}
