using System.Text.Json;

namespace Rubato.Server;

/// <summary>Reads fields of a request's JSON, each with its limit.</summary>
internal static class KServeJson
{
    private const int ElementsMax = 64, TextCharactersMax = 256;

    /// <summary>An array of at most 64 elements.</summary>
    public static JsonElement[] Array(JsonElement element, string name, bool required)
    {
        if (element.ValueKind != JsonValueKind.Object) throw new KServeException($"{name}: expected in an object");
        if (!element.TryGetProperty(name, out JsonElement array)) return required ? throw new KServeException($"{name} is missing") : [];
        if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > ElementsMax) throw new KServeException($"{name}: expected an array of at most {ElementsMax}");
        return [.. array.EnumerateArray()];
    }

    /// <summary>The object "parameters"; nothing where it is missing.</summary>
    public static JsonElement Parameters(JsonElement element) =>
        !TryGet(element, "parameters", out JsonElement given) ? default
            : given.ValueKind == JsonValueKind.Object ? given : throw new KServeException("parameters: expected an object");

    /// <summary>A text; null where it is missing.</summary>
    public static string? Text(JsonElement element, string name) => !TryGet(element, name, out JsonElement value) ? null
        : value.ValueKind == JsonValueKind.String && value.GetString() is { Length: <= TextCharactersMax } text ? text
        : throw new KServeException($"{name}: expected a text of at most {TextCharactersMax} characters");

    /// <summary>A whole number from 0 on; null where it is missing.</summary>
    public static ulong? Number(JsonElement element, string name) => !TryGet(element, name, out JsonElement value) ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out ulong number) ? number
        : throw new KServeException($"{name}: expected a whole number, not negative");

    /// <summary>True or false; null where it is missing.</summary>
    public static bool? Truth(JsonElement element, string name) => !TryGet(element, name, out JsonElement value) ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw new KServeException($"{name}: expected true or false");

    private static bool TryGet(JsonElement element, string name, out JsonElement value)
    {
        value = default;
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out value);
    }
}
