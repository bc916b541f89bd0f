using System.Globalization;
using System.Text.Json;

namespace Rubato;

/// <summary>Reads the fields of one JSON object; every complaint names the file, the object and the field, and says what was expected.</summary>
/// <param name="Element">the object</param>
/// <param name="Path">the file</param>
/// <param name="Place">the object in words, such as "campaign 7"; "" at the top of the file</param>
internal readonly record struct JsonFields(JsonElement Element, string Path, string Place)
{
    /// <summary>Refuses anything but an object with known keys, each once.</summary>
    public void RequireKeys(params ReadOnlySpan<string> known)
    {
        if (Element.ValueKind != JsonValueKind.Object) throw Error("", $"expected an object, found {Found(Element)}");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonProperty field in Element.EnumerateObject())
        {
            if (!known.Contains(field.Name)) throw Error(field.Name, $"unknown field (expected {string.Join(", ", known)})");
            if (!seen.Add(field.Name)) throw Error(field.Name, "given twice");
        }
    }

    public bool Has(string name) => Element.TryGetProperty(name, out _);

    public long Integer(string name, long min, long max) => Integer(Get(name), name, min, max);

    public double Number(string name, double min, double max) => Number(Get(name), name, min, max);

    /// <summary>The numbers of an array of a fixed length.</summary>
    public double[] Numbers(string name, int count, double min, double max)
    {
        JsonElement[] elements = Array(name, count);
        if (elements.Length != count) throw Error(name, $"{elements.Length} elements (expected {count})");
        var numbers = new double[count];
        for (int i = 0; i < count; i++) numbers[i] = Number(elements[i], $"{name}[{i}]", min, max);
        return numbers;
    }

    private double Number(JsonElement value, string name, double min, double max)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number >= min && number <= max) return number;
        throw Error(name, $"expected a number {min} to {max}, found {Found(value)}");
    }

    public string Text(string name, int charactersMax)
    {
        JsonElement value = Get(name);
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text && text.Length <= charactersMax) return text;
        throw Error(name, $"expected a text of 1 to {charactersMax} characters, found {Found(value)}");
    }

    /// <summary>An instant in ISO 8601 that names its offset, in UTC.</summary>
    public DateTime Instant(string name)
    {
        JsonElement value = Get(name);
        const string form = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK";
        if (value.ValueKind == JsonValueKind.String
            && DateTime.TryParseExact(value.GetString(), form, CultureInfo.InvariantCulture,
                DateTimeStyles.AdjustToUniversal, out DateTime time)
            && time.Kind == DateTimeKind.Utc) return time;
        throw Error(name, $"expected an instant such as \"2026-01-31T00:00:00Z\", found {Found(value)}");
    }

    /// <summary>The elements of an array; none where an optional array is missing.</summary>
    public JsonElement[] Array(string name, int countMax, bool optional = false)
    {
        if (optional && !Has(name)) return [];
        JsonElement value = Get(name);
        if (value.ValueKind != JsonValueKind.Array) throw Error(name, $"expected an array, found {Found(value)}");
        if (value.GetArrayLength() > countMax) throw Error(name, $"{value.GetArrayLength()} elements (expected at most {countMax})");
        return [.. value.EnumerateArray()];
    }

    /// <summary>The ids 1 to 4,294,967,295 of an array, each once.</summary>
    public uint[] Ids(string name, int countMax)
    {
        JsonElement[] elements = Array(name, countMax);
        var ids = new uint[elements.Length];
        var seen = new HashSet<uint>(elements.Length);
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = (uint)Integer(elements[i], $"{name}[{i}]", 1, uint.MaxValue);
            if (!seen.Add(ids[i])) throw Error($"{name}[{i}]", $"{ids[i]} appears twice");
        }
        return ids;
    }

    /// <summary>Reads an integer that stands at a named place, such as an array's element.</summary>
    public long Integer(JsonElement value, string name, long min, long max)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= min && number <= max) return number;
        throw Error(name, $"expected an integer {min} to {max}, found {Found(value)}");
    }

    public EngineDataException Error(string name, string problem) =>
        new(Path, string.Join(": ", new[] { Place, name, problem }.Where(part => part.Length > 0)));

    /// <summary>What stands there, short enough for one line.</summary>
    public static string Found(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object) return "an object";
        if (value.ValueKind == JsonValueKind.Array) return "an array";
        string text = value.GetRawText();
        return text.Length <= 60 ? text : text[..57] + "...";
    }

    private JsonElement Get(string name) => Element.TryGetProperty(name, out JsonElement value) ? value : throw Error(name, "missing");
}
