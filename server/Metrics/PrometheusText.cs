using System.Globalization;
using System.Text;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>The metrics in Prometheus' text format 0.0.4.</summary>
internal static class PrometheusText
{
    /// <summary>Upper edges of the exported buckets in µs: 1-2-5 steps from 1 µs to 10 s.</summary>
    private static readonly long[] EdgesMicroseconds =
        [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 10_000_000];

    public static string Write(RubatoServer server)
    {
        ServerMetrics metrics = server.Metrics;
        var text = new StringBuilder(16 * 1024);
        Head(text, "rubato_requests_total", "counter", "Requests answered, by opcode and status.");
        foreach ((Opcode opcode, ErrorCode code, long count) in metrics.Requests)
            Line(text, "rubato_requests_total", $"opcode=\"{opcode}\",status=\"{(code == ErrorCode.None ? "Ok" : code)}\"", count);
        Head(text, "rubato_connections_refused_total", "counter", "Connections refused or closed by the server, by reason.");
        foreach ((ErrorCode code, long count) in metrics.RefusedConnections) Line(text, "rubato_connections_refused_total", $"reason=\"{code}\"", count);
        One(text, "rubato_connections", "gauge", "Connections open.", server.Connections.Length);
        One(text, "rubato_queue_depth", "gauge", "RECOMMEND requests waiting.", server.Batcher.Depth);
        One(text, "rubato_received_bytes_total", "counter", "Bytes received.", metrics.BytesReceived);
        One(text, "rubato_sent_bytes_total", "counter", "Bytes sent.", metrics.BytesSent);
        One(text, "rubato_batches_total", "counter", "Batches run by the engine.", metrics.Batches);
        One(text, "rubato_batched_requests_total", "counter", "Requests run in batches.", metrics.BatchedRequests);
        One(text, "rubato_rows_scanned_total", "counter", "Catalogue rows searched by similarity times queries.", metrics.RowsScanned);
        One(text, "rubato_rows_rescored_total", "counter", "Rows finished by the definition of a score.", metrics.RowsRescored);
        Head(text, "rubato_generation", "gauge", "Generation of what is loaded.");
        Line(text, "rubato_generation", "of=\"catalogue\"", server.Engine.Generations.Catalogue);
        Line(text, "rubato_generation", "of=\"model\"", server.Engine.Generations.Model);
        Line(text, "rubato_generation", "of=\"prices\"", server.Engine.Generations.Prices);
        Head(text, "rubato_variant", "gauge", "Kernel variant in use.");
        Line(text, "rubato_variant", $"kernel=\"score\",variant=\"{server.Engine.ScoreVariant}\"", 1);
        Line(text, "rubato_variant", $"kernel=\"scan\",variant=\"{server.Engine.ScanVariant}\"", 1);
        if (server.Engine.Devices is { } devices)
        {
            One(text, "rubato_device_queries_total", "counter", "Queries searched by devices.", devices.DeviceQueries);
            One(text, "rubato_device_passed_on_queries_total", "counter", "Queries that the CPU searched instead of devices.", devices.PassedOnQueries);
            One(text, "rubato_device_lost", "gauge", "1 once devices have failed.", devices.Lost is null ? 0 : 1);
        }
        One(text, "rubato_process_resident_bytes", "gauge", "Resident set.", Environment.WorkingSet);
        One(text, "rubato_process_allocated_bytes_total", "counter", "Managed heap allocated since start.", GC.GetTotalAllocatedBytes());
        LedgerText.Write(text, server);
        Head(text, "rubato_request_seconds", "histogram", "From arrival to the written answer.");
        Histogram(text, "rubato_request_seconds", "opcode=\"Score\"", metrics.Score);
        Histogram(text, "rubato_request_seconds", "opcode=\"Recommend\"", metrics.Recommend);
        Histogram(text, "rubato_request_seconds", "opcode=\"Expose\"", metrics.Expose);
        Head(text, "rubato_stage_seconds", "histogram", "Time per stage: queue per request, the others per batch.");
        Histogram(text, "rubato_stage_seconds", "stage=\"queue\"", metrics.Queue);
        Histogram(text, "rubato_stage_seconds", "stage=\"retrieval\"", metrics.Retrieval);
        Histogram(text, "rubato_stage_seconds", "stage=\"ranking\"", metrics.Ranking);
        Histogram(text, "rubato_stage_seconds", "stage=\"allocation\"", metrics.Allocation);
        if (server.Models is { } models) ModelMetricsText.Append(text, models, server.Engine.RankerCounters);
        return text.ToString();
    }

    public static void Head(StringBuilder text, string name, string type, string help) => text.Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");

    public static void One(StringBuilder text, string name, string type, string help, long value)
    {
        Head(text, name, type, help);
        text.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");
    }

    public static void Line(StringBuilder text, string name, string labels, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name}{{{labels}}} {value}\n");

    private static void Histogram(StringBuilder text, string name, string labels, LatencyHistogram histogram)
    {
        long count = histogram.Count; // read first: a bucket never counts more than +Inf says
        foreach (long edge in EdgesMicroseconds)
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels},le=\"{edge / 1e6}\"}} {Math.Min(count, histogram.CountUpTo(edge * 1000))}\n");
        text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels},le=\"+Inf\"}} {count}\n");
        text.Append(CultureInfo.InvariantCulture, $"{name}_sum{{{labels}}} {histogram.SumNanoseconds / 1e9}\n{name}_count{{{labels}}} {count}\n");
    }
}
