using System.Text;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>The metrics of allocation and its ledger in Prometheus' text format. Without a ledger there are none.</summary>
internal static class LedgerText
{
    private const int CampaignsMax = 1000; // a scrape of five lines for each

    private const string CampaignMicros = "rubato_campaign_micros";

    public static void Write(StringBuilder text, RubatoServer server)
    {
        Engine engine = server.Engine;
        PrometheusText.One(text, "rubato_campaigns", "gauge", "Campaigns in use.", engine.Campaigns.Count);
        PrometheusText.One(text, "rubato_campaigns_generation", "gauge", "Updates of the campaigns, and one.", engine.CampaignsGeneration);
        if (engine.Ledger is not { } ledger) return;
        Slates(text, server.Metrics);
        LedgerCounters counters = ledger.Counters;
        PrometheusText.One(text, "rubato_ledger_stopped", "gauge", "1 = the disk has failed, nothing is spent or acknowledged.", ledger.IsStopped ? 1 : 0);
        PrometheusText.One(text, "rubato_maintenance_failed", "gauge", "1 = daily budgets or pacing could not be brought up to date.", engine.MaintenanceFailure is null ? 0 : 1);
        PrometheusText.One(text, "rubato_ledger_reservations_total", "counter", "Reservations made.", counters.Reservations);
        PrometheusText.One(text, "rubato_ledger_leases_opened_total", "counter", "Leases opened.", counters.LeasesOpened);
        PrometheusText.One(text, "rubato_ledger_leases_closed_total", "counter", "Leases closed.", counters.LeasesClosed);
        PrometheusText.One(text, "rubato_ledger_journal_bytes_total", "counter", "Bytes written to the journal.", counters.JournalBytes);
        PrometheusText.One(text, "rubato_ledger_journal_syncs_total", "counter", "Synchronisations of the journal.", counters.JournalSyncs);
        Campaigns(text, engine, ledger);
    }

    private static void Slates(StringBuilder text, ServerMetrics metrics)
    {
        SlateCounts slates = metrics.Slates.Sum;
        PrometheusText.One(text, "rubato_deliveries_total", "counter", "Slots given on behalf of campaigns.", slates.Deliveries);
        PrometheusText.Head(text, "rubato_blocked_total", "counter", "What campaigns or candidates lost slots to, by reason.");
        Blocked(BlockReason.Pacing, slates.Pacing);
        Blocked(BlockReason.FrequencyCap, slates.FrequencyCap);
        Blocked(BlockReason.Budget, slates.Budget);
        Blocked(BlockReason.LicensorSlots, slates.LicensorSlots);
        Blocked(BlockReason.QualityFloor, slates.QualityFloor);
        PrometheusText.Head(text, "rubato_exposures_total", "counter", "Exposure events, by what they did.");
        foreach (ExposureResult result in Enum.GetValues<ExposureResult>()) // the numbers have a gap
            PrometheusText.Line(text, "rubato_exposures_total", $"result=\"{result}\"", metrics.Exposures(result));

        void Blocked(BlockReason reason, long count) => PrometheusText.Line(text, "rubato_blocked_total", $"reason=\"{reason}\"", count);
    }

    /// <summary>Gauges of the first campaigns by id: a scraper is not to be flooded by tens of thousands.</summary>
    private static void Campaigns(StringBuilder text, Engine engine, BudgetLedger ledger)
    {
        CampaignSet campaigns = engine.Campaigns;
        int shown = Math.Min(campaigns.Count, CampaignsMax);
        PrometheusText.Head(text, CampaignMicros, "gauge", $"Budget of a campaign and where it is, micro-units; the first {CampaignsMax} by id.");
        for (int i = 0; i < shown; i++)
        {
            BudgetState state = ledger.State(campaigns.Ids[i]);
            Part(i, "budget", campaigns.Campaigns[i].BudgetMicros);
            Part(i, "reserved", state.ReservedMicros);
            Part(i, "settled", state.SettledMicros);
        }
        if (engine.Pacing is not { } pacing || pacing.Campaigns != campaigns) return; // replaced between two lines: the next scrape has it
        PrometheusText.Head(text, "rubato_campaign_lambda", "gauge", "Price of a campaign's budget that pacing sets, per currency unit.");
        ReadOnlySpan<PacingSignal> signals = pacing.Signals.Signals;
        for (int i = 0; i < shown; i++)
            PrometheusText.Line(text, "rubato_campaign_lambda", $"campaign=\"{campaigns.Ids[i]}\"", signals[i].Lambda);

        void Part(int campaign, string part, long micros) =>
            PrometheusText.Line(text, CampaignMicros, $"campaign=\"{campaigns.Ids[campaign]}\",part=\"{part}\"", micros);
    }
}
