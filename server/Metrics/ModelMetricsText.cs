using System.Text;

namespace Rubato.Server;

/// <summary>The metrics of models in Prometheus' text format.</summary>
internal static class ModelMetricsText
{
    public static void Append(StringBuilder text, ModelService service, RankerCounters ranker)
    {
        IReadOnlyList<ModelInfo> models = service.Host.Models;
        (string Labels, ModelGeneration Generation)[] loaded = [.. from model in models
                                                                   from version in model.Versions
                                                                   where version.Generation is not null
                                                                   select (Of(model, version.Version), version.Generation)];
        PrometheusText.One(text, "rubato_models_memory_bytes", "gauge", "What loaded models take of the memory budget.", service.Host.MemoryBytes);
        PrometheusText.Head(text, "rubato_model_runtime", "gauge", "ONNX Runtime in use.");
        PrometheusText.Line(text, "rubato_model_runtime", $"version=\"{service.RuntimeVersion}\"", 1);
        PrometheusText.Head(text, "rubato_model_provider", "gauge", "What executes a loaded version; fallback is 1 where it is not what model.json asks for.");
        foreach ((string labels, ModelGeneration generation) in loaded)
        {
            ModelProviderState provider = generation.Session.Provider;
            PrometheusText.Line(text, "rubato_model_provider", $"{labels},provider=\"{Lower(provider.Used)}\",requested=\"{Lower(provider.Requested)}\",fallback=\"{(provider.FallbackReason is null ? 0 : 1)}\"", 1);
        }
        PrometheusText.Head(text, "rubato_model_label", "gauge", "Version that a label stands for.");
        foreach (ModelInfo model in models)
            foreach (ModelVersionInfo version in model.Versions)
                foreach (string label in version.Labels) PrometheusText.Line(text, "rubato_model_label", $"model=\"{model.Name}\",label=\"{label}\"", version.Version);
        PrometheusText.Head(text, "rubato_model_refused", "gauge", "Versions that were refused, or may not take a label.");
        foreach (ModelInfo model in models)
            foreach (ModelVersionInfo version in model.Versions.Where(version => version.Refused is not null)) PrometheusText.Line(text, "rubato_model_refused", Of(model, version.Version), 1);
        PrometheusText.Head(text, "rubato_model_requests_total", "counter", "Requests to a loaded version, by how they ended.");
        foreach ((string labels, ModelGeneration generation) in loaded)
        {
            foreach (ModelStatus status in Enum.GetValues<ModelStatus>()) PrometheusText.Line(text, "rubato_model_requests_total", $"{labels},status=\"{status}\"", generation.Counters.Ended(status));
            PrometheusText.Line(text, "rubato_model_requests_total", $"{labels},status=\"Shed\"", generation.Counters.Shed);
        }
        Each("rubato_model_queue_rows", "gauge", "Rows that wait.", generation => generation.QueueRows);
        Each("rubato_model_batches_total", "counter", "Runs.", generation => generation.Counters.Batches);
        Each("rubato_model_rows_total", "counter", "Rows run.", generation => generation.Counters.Rows);
        Each("rubato_model_queue_seconds_total", "counter", "Seconds that requests waited, summed.", generation => generation.Counters.QueueSeconds);
        Each("rubato_model_compute_seconds_total", "counter", "Seconds of runs, summed.", generation => generation.Counters.ComputeSeconds);
        PrometheusText.Head(text, "rubato_ranked_requests_total", "counter", "Requests by what gave their relevance: the ranker model, or the similarity and why.");
        PrometheusText.Line(text, "rubato_ranked_requests_total", "by=\"model\"", ranker.Ranked);
        foreach (RankerFallback reason in Enum.GetValues<RankerFallback>())
            PrometheusText.Line(text, "rubato_ranked_requests_total", $"by=\"similarity\",reason=\"{reason}\"", ranker.Fallbacks(reason));

        void Each(string name, string type, string help, Func<ModelGeneration, double> value)
        {
            PrometheusText.Head(text, name, type, help);
            foreach ((string labels, ModelGeneration generation) in loaded) PrometheusText.Line(text, name, labels, value(generation));
        }
    }

    private static string Of(ModelInfo model, int version) => $"model=\"{model.Name}\",version=\"{version}\""; // names have no character that needs escaping

    private static string Lower(ModelProvider provider) => provider.ToString().ToLowerInvariant();
}
