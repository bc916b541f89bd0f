using System.Globalization;
using System.Text.Json;

namespace Rubato;

/// <summary>
/// Releases budgets day by day (UTC): by the end of a day, at most what was settled before it and the day's own budget may have been handed out.
/// </summary>
/// <remarks>
/// The ledger is told the released part as the budget, so the day's limit is kept as exactly as the whole one. A reservation that is open at midnight
/// comes out of the new day's budget: it may be settled in the new day, or be released and spent again there. What was settled before the day stands
/// in a file beside the journal, written before anything is released: after a restart on the same day nothing is released twice.
/// </remarks>
internal sealed class DailyBudgets
{
    private const string DayForm = "yyyy-MM-dd";
    private readonly string? _path;
    private DailyRelease _kept = new(default, [], IsNew: false);

    /// <param name="path">the file; null = kept in memory alone</param>
    /// <exception cref="EngineDataException">The file cannot be read.</exception>
    public DailyBudgets(string? path)
    {
        _path = path;
        if (path is not null && File.Exists(path)) _kept = Read(path);
    }

    /// <summary>The day that budgets are released for.</summary>
    public DateOnly Day => _kept.Day;

    /// <summary>Micro-units that a campaign with a daily budget had settled before a day; null where that is not on record.</summary>
    public long? SettledBefore(uint campaign, DateOnly day) => day == Day && _kept.SettledBefore.TryGetValue(campaign, out long micros) ? micros : null;

    /// <summary>Refuses a clock that is more than a day behind: until it had caught up no daily budget would be released.</summary>
    /// <exception cref="EngineDataException">It is.</exception>
    public void RequireClock(DateOnly today)
    {
        if (Day > today.AddDays(1)) throw new EngineDataException(_path ?? "daily budgets",
            string.Create(CultureInfo.InvariantCulture, $"day: {Day:yyyy-MM-dd} is ahead of the clock, {today:yyyy-MM-dd} (expected at most a day: the clock was wrong then, or is now)"));
    }

    /// <summary>What a day may hand out; nothing changes.</summary>
    /// <param name="campaigns">the campaigns</param> <param name="today">a day before <see cref="Day"/> releases nothing</param>
    /// <param name="settled">what a campaign has settled until now</param>
    public DailyRelease Plan(CampaignSet campaigns, DateOnly today, Func<uint, long> settled)
    {
        bool isNewDay = today > Day;
        var before = isNewDay ? [] : new Dictionary<uint, long>(_kept.SettledBefore);
        int known = before.Count;
        foreach (Campaign campaign in campaigns.Campaigns)
            if (campaign.DailyBudgetMicros < campaign.BudgetMicros && !before.ContainsKey(campaign.Id)) before.Add(campaign.Id, settled(campaign.Id));
        return new DailyRelease(isNewDay ? today : Day, before, IsNew: before.Count > known || (isNewDay && _kept.SettledBefore.Count > 0));
    }

    /// <summary>Writes down what is about to be released.</summary>
    /// <exception cref="EngineDataException">The file cannot be written.</exception>
    public void Write(DailyRelease release)
    {
        if (_path is not null && release.IsNew) Write(_path, release.Day, release.SettledBefore);
    }

    /// <summary>Takes note that it has been released.</summary>
    public void Keep(DailyRelease release) => _kept = release;

    private static DailyRelease Read(string path)
    {
        using JsonDocument document = JsonFile.Open(path);
        var file = new JsonFields(document.RootElement, path, "");
        file.RequireKeys("day", "campaigns", "spentMicros");
        if (!DateOnly.TryParseExact(file.Text("day", DayForm.Length), DayForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day))
            throw file.Error("day", $"expected a day such as \"2026-01-31\", found \"{file.Text("day", DayForm.Length)}\"");
        uint[] campaigns = file.Ids("campaigns", CampaignFile.CampaignsMax);
        JsonElement[] micros = file.Array("spentMicros", campaigns.Length);
        if (micros.Length != campaigns.Length) throw file.Error("spentMicros", $"{micros.Length} elements (expected {campaigns.Length}, one per campaign)");
        var before = new Dictionary<uint, long>(campaigns.Length);
        for (int i = 0; i < campaigns.Length; i++) before.Add(campaigns[i], file.Integer(micros[i], $"spentMicros[{i}]", 0, long.MaxValue));
        return new DailyRelease(day, before, IsNew: false);
    }

    private static void Write(string path, DateOnly day, Dictionary<uint, long> settledBefore)
    {
        try
        {
            using var file = new AtomicFile(path);
            using (var json = new Utf8JsonWriter(file.Stream))
            {
                json.WriteStartObject();
                json.WriteString("day", day.ToString(DayForm, CultureInfo.InvariantCulture));
                json.WriteStartArray("campaigns");
                foreach (uint campaign in settledBefore.Keys) json.WriteNumberValue(campaign);
                json.WriteEndArray();
                json.WriteStartArray("spentMicros");
                foreach (long micros in settledBefore.Values) json.WriteNumberValue(micros);
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
