using System.Text.Json;

namespace Rubato.Server;

/// <summary>The "data" of a tensor: numbers, truth values or texts, flat or nested, row-major. Among floating-point numbers null is NaN, as in answers.</summary>
internal sealed class KServeData(string tensor, ModelElementType element, long[] shape)
{
    private int _at;

    /// <summary>Elements of a shape; null where a dimension is negative, or there are more than 2³¹.</summary>
    public static long? Count(long[] shape)
    {
        long count = 1;
        foreach (long dimension in shape)
            if (dimension is < 0 or > int.MaxValue || (count *= dimension) > int.MaxValue) return null;
        return count;
    }

    /// <exception cref="KServeException">Too many or too few elements, or one of another type or range.</exception>
    public ModelTensor Read(JsonElement data)
    {
        long count = Count(shape) ?? throw Wrong($"shape [{string.Join(", ", shape)}]");
        if (data.ValueKind != JsonValueKind.Array) throw Wrong("data is no array");
        if (Count(data) != count) throw Wrong($"{Count(data)} elements for a shape of {count}");
        if (element == ModelElementType.String)
        {
            string[] texts = new string[count];
            Each(data, value =>
            {
                texts[_at] = value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(value);
                _at++;
            });
            return new ModelTensor(shape, texts);
        }
        var tensorRead = new ModelTensor(element, shape);
        switch (element)
        {
            case ModelElementType.Float32: Fill(data, tensorRead, value => IsNull(value) ? float.NaN : value.TryGetSingle(out float number) && float.IsFinite(number) ? number : throw Wrong(value)); break;
            case ModelElementType.Float64: Fill(data, tensorRead, value => IsNull(value) ? double.NaN : value.TryGetDouble(out double number) ? number : throw Wrong(value)); break;
            case ModelElementType.Float16: Fill(data, tensorRead, value => IsNull(value) ? Half.NaN : value.TryGetSingle(out float number) && Half.IsFinite((Half)number) ? (Half)number : throw Wrong(value)); break;
            case ModelElementType.BFloat16: Fill(data, tensorRead, value => BFloat16.FromSingle(IsNull(value) ? float.NaN : value.TryGetSingle(out float number) && float.IsFinite(BFloat16.ToSingle(BFloat16.FromSingle(number))) ? number : throw Wrong(value))); break;
            case ModelElementType.Int64: Fill(data, tensorRead, value => value.TryGetInt64(out long number) ? number : throw Wrong(value)); break;
            case ModelElementType.Int32: Fill(data, tensorRead, value => value.TryGetInt32(out int number) ? number : throw Wrong(value)); break;
            case ModelElementType.Int16: Fill(data, tensorRead, value => value.TryGetInt16(out short number) ? number : throw Wrong(value)); break;
            case ModelElementType.Int8: Fill(data, tensorRead, value => value.TryGetSByte(out sbyte number) ? number : throw Wrong(value)); break;
            case ModelElementType.UInt64: Fill(data, tensorRead, value => value.TryGetUInt64(out ulong number) ? number : throw Wrong(value)); break;
            case ModelElementType.UInt32: Fill(data, tensorRead, value => value.TryGetUInt32(out uint number) ? number : throw Wrong(value)); break;
            case ModelElementType.UInt16: Fill(data, tensorRead, value => value.TryGetUInt16(out ushort number) ? number : throw Wrong(value)); break;
            case ModelElementType.UInt8: Fill(data, tensorRead, value => value.TryGetByte(out byte number) ? number : throw Wrong(value)); break;
            default: Fill(data, tensorRead, value => value.GetBoolean()); break;
        }
        return tensorRead;
    }

    private void Fill<T>(JsonElement data, ModelTensor to, Func<JsonElement, T> read) where T : unmanaged => Each(data, value =>
    {
        to.Values<T>()[_at] = Fits(value) ? read(value) : throw Wrong(value);
        _at++; // only now: an error names the element
    });

    private bool Fits(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => element != ModelElementType.Bool,
        JsonValueKind.True or JsonValueKind.False => element == ModelElementType.Bool,
        _ => IsNull(value) && element is ModelElementType.Float16 or ModelElementType.Float32 or ModelElementType.Float64 or ModelElementType.BFloat16,
    };

    private static bool IsNull(JsonElement value) => value.ValueKind == JsonValueKind.Null;

    // The reader of the body has bounded the depth.
    private static long Count(JsonElement data)
    {
        long count = 0;
        foreach (JsonElement value in data.EnumerateArray()) count += value.ValueKind == JsonValueKind.Array ? Count(value) : 1;
        return count;
    }

    private static void Each(JsonElement data, Action<JsonElement> act)
    {
        foreach (JsonElement value in data.EnumerateArray())
        {
            if (value.ValueKind == JsonValueKind.Array) Each(value, act);
            else act(value);
        }
    }

    private KServeException Wrong(JsonElement value)
    {
        string text = value.GetRawText();
        return Wrong($"element {_at} is {(text.Length <= 40 ? text : text[..40] + "...")} (expected {KServeType.Of(element)})");
    }

    private KServeException Wrong(string problem) => new($"input '{tensor}': {problem}");
}
