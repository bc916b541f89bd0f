using System.Text.Json;

namespace Rubato;

/// <summary>Reads and writes labels.json: labels with their versions, and beside them the keys "pinned" and "canaryPercent".</summary>
internal static class ModelLabelsFile
{
    /// <summary>Longest name of a label or of a model.</summary>
    public const int NameCharactersMax = 64;

    private const int LabelsMax = 64;
    private const string PinnedKey = "pinned", PercentKey = "canaryPercent";

    /// <summary>Whether a label may be called so: letters, digits, dot, hyphen and underscore, and not one of the file's own keys.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= NameCharactersMax && text is not PinnedKey and not PercentKey
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_');

    /// <summary>Reads the file; no labels where there is none.</summary>
    /// <exception cref="EngineDataException">The file is malformed.</exception>
    public static ModelLabels Read(string path)
    {
        if (!File.Exists(path)) return ModelLabels.None;
        using JsonDocument document = JsonFile.Open(path);
        var fields = new JsonFields(document.RootElement, path, "");
        if (fields.Element.ValueKind != JsonValueKind.Object) throw fields.Error("", $"expected an object, found {JsonFields.Found(fields.Element)}");
        var versions = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (JsonProperty field in fields.Element.EnumerateObject())
        {
            if (field.Name is PinnedKey or PercentKey) continue;
            if (!IsName(field.Name)) throw fields.Error("", $"'{field.Name}' is no label (expected up to {NameCharactersMax} letters, digits, '.', '-' or '_')");
            if (!versions.TryAdd(field.Name, (int)fields.Integer(field.Value, field.Name, 1, int.MaxValue))) throw fields.Error(field.Name, "given twice");
            if (versions.Count > LabelsMax) throw fields.Error("", $"more than {LabelsMax} labels");
        }
        string[] pinned = Names(fields, PinnedKey, LabelsMax);
        return new ModelLabels { Versions = versions, Pinned = pinned, CanaryPercent = fields.Has(PercentKey) ? fields.Number(PercentKey, 0, 100) : 0 };
    }

    /// <summary>Replaces the file as a whole.</summary>
    public static void Write(string path, ModelLabels labels)
    {
        using var file = new AtomicFile(path);
        using (var json = new Utf8JsonWriter(file.Stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            foreach ((string label, int version) in labels.Versions.OrderBy(label => label.Key, StringComparer.Ordinal)) json.WriteNumber(label, version);
            if (labels.CanaryPercent > 0) json.WriteNumber(PercentKey, labels.CanaryPercent);
            if (labels.Pinned.Count > 0)
            {
                json.WriteStartArray(PinnedKey);
                foreach (string label in labels.Pinned.Order(StringComparer.Ordinal)) json.WriteStringValue(label);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        file.Commit();
    }

    /// <summary>An optional array of labels.</summary>
    public static string[] Names(JsonFields fields, string key, int countMax)
    {
        JsonElement[] elements = fields.Array(key, countMax, optional: true);
        var names = new string[elements.Length];
        for (int i = 0; i < names.Length; i++)
        {
            if (elements[i].ValueKind != JsonValueKind.String || elements[i].GetString() is not { } name || !IsName(name))
                throw fields.Error($"{key}[{i}]", $"expected the name of a label, found {JsonFields.Found(elements[i])}");
            names[i] = name;
        }
        return names;
    }
}
