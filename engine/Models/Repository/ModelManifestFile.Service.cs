using System.Text.Json;

namespace Rubato;

/// <summary>The part of model.json that says how the model is served.</summary>
internal static partial class ModelManifestFile
{
    private const int PreferredMax = 16, LabelsMax = 16, TableMax = 4096;

    private static ModelManifest WithService(JsonFields fields, ModelManifest manifest) => manifest with
    {
        Instances = (int)Or(fields, "instances", 1, 64, manifest.Instances),
        QueueDelay = TimeSpan.FromMicroseconds(Or(fields, "queueDelayMicroseconds", 0, 1_000_000, 0)),
        PreferredRows = [.. fields.Array("preferredRows", PreferredMax, optional: true).Select((rows, i) => (int)fields.Integer(rows, $"preferredRows[{i}]", 1, manifest.RowsMax))],
        QueueRowsMax = (int)Or(fields, "queueRowsMax", 1, 1 << 20, manifest.QueueRowsMax),
        MemoryBytes = fields.Has("memoryBytes") ? fields.Integer("memoryBytes", 1, 1L << 40) : null,
        Labels = ModelLabelsFile.Names(fields, "labels", LabelsMax),
        Shadow = fields.Has("shadow") ? Shadow(fields with { Element = fields.Element.GetProperty("shadow"), Place = "shadow" }) : null,
        Calibration = fields.Has("calibration") ? ReadCalibration(fields with { Element = fields.Element.GetProperty("calibration"), Place = "calibration" }) : null,
    };

    private static ShadowRules Shadow(JsonFields fields)
    {
        fields.RequireKeys("percent", "samplesMin", "rankCorrelationMin", "differenceMax", "latencyRatioMax");
        var byDefault = new ShadowRules();
        return new ShadowRules
        {
            Percent = fields.Has("percent") ? fields.Number("percent", 0.001, 100) : byDefault.Percent,
            SamplesMin = (int)Or(fields, "samplesMin", 1, 1_000_000, byDefault.SamplesMin),
            RankCorrelationMin = fields.Has("rankCorrelationMin") ? fields.Number("rankCorrelationMin", -1, 1) : byDefault.RankCorrelationMin,
            DifferenceMax = fields.Has("differenceMax") ? fields.Number("differenceMax", 0, 1e30) : byDefault.DifferenceMax,
            LatencyRatioMax = fields.Has("latencyRatioMax") ? fields.Number("latencyRatioMax", 0.001, 1000) : byDefault.LatencyRatioMax,
        };
    }

    private static Calibration ReadCalibration(JsonFields fields)
    {
        fields.RequireKeys("method", "slope", "offset", "scores", "probabilities");
        switch (fields.Text("method", NameCharactersMax))
        {
            case "platt":
                return Calibration.Platt(fields.Number("slope", -1e6, 1e6), fields.Number("offset", -1e6, 1e6));
            case "isotonic":
                double[] scores = Table(fields, "scores", -1e30, 1e30, strictly: true), probabilities = Table(fields, "probabilities", 0, 1, strictly: false);
                if (scores.Length != probabilities.Length) throw fields.Error("probabilities", $"{probabilities.Length} values (expected {scores.Length}, one for each score)");
                return Calibration.Isotonic(scores, probabilities);
            case var other:
                throw fields.Error("method", $"'{other}' (expected platt or isotonic)");
        }
    }

    private static double[] Table(JsonFields fields, string name, double min, double max, bool strictly)
    {
        JsonElement[] elements = fields.Array(name, TableMax);
        if (elements.Length == 0) throw fields.Error(name, "empty");
        var values = new double[elements.Length];
        for (int i = 0; i < values.Length; i++)
        {
            if (elements[i].ValueKind != JsonValueKind.Number || !elements[i].TryGetDouble(out values[i]) || !(values[i] >= min && values[i] <= max))
                throw fields.Error($"{name}[{i}]", $"expected a number {min} to {max}, found {JsonFields.Found(elements[i])}");
            if (i > 0 && (strictly ? values[i] <= values[i - 1] : values[i] < values[i - 1])) throw fields.Error($"{name}[{i}]", "expected ascending values");
        }
        return values;
    }
}
