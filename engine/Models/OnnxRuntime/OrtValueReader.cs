using System.Text;

namespace Rubato;

/// <summary>Copies values out of the library: tensors, and the sequences and maps that classifiers answer with.</summary>
internal readonly unsafe struct OrtValueReader(OrtEnvironment environment)
{
    private const int TensorType = 1, SequenceType = 2, MapType = 3, OptionalType = 6;
    private const int DepthMax = 4; // a sequence of maps of tensors nests three deep

    private OrtApi Api => environment.Api;

    /// <exception cref="ModelRunException">The value is of a kind that is not read.</exception>
    public ModelValue Read(nint value, string name) => Read(value, name, depth: 0);

    private ModelValue Read(nint value, string name, int depth)
    {
        int kind;
        environment.Check(Api.GetValueType(value, &kind));
        return kind switch
        {
            TensorType => Tensor(value, name),
            SequenceType when depth < DepthMax => new ModelSequence(Items(value, name, depth)),
            MapType when depth < DepthMax => Items(value, name, depth) is [ModelTensor keys, ModelTensor values] ? new ModelMap(keys, values)
                : throw new ModelRunException($"output '{name}': a map whose keys and values are not tensors"),
            OptionalType => throw new ModelRunException($"output '{name}': an optional value (expected a tensor, a sequence or a map)"),
            _ => throw new ModelRunException($"output '{name}': a value of kind {kind} (expected a tensor, a sequence or a map)"),
        };
    }

    // The items of a sequence; of a map its keys and its values.
    private ModelValue[] Items(nint value, string name, int depth)
    {
        nuint count;
        environment.Check(Api.GetValueCount(value, &count));
        var items = new ModelValue[checked((int)count)];
        for (int i = 0; i < items.Length; i++)
        {
            nint item;
            environment.Check(Api.GetValue(value, i, environment.Allocator, &item));
            using var owned = new OrtHandle(item, Api.ReleaseValue);
            items[i] = Read(item, name, depth + 1);
        }
        return items;
    }

    private ModelTensor Tensor(nint value, string name)
    {
        nint info;
        environment.Check(Api.GetTensorTypeAndShape(value, &info));
        using var owned = new OrtHandle(info, Api.ReleaseTensorTypeAndShapeInfo);
        (ModelElementType element, long[] shape) = new OrtTypeReader(environment).Shape(info);
        if (element == ModelElementType.String) return new ModelTensor(shape, Strings(value, checked((int)ModelTensor.Count(shape))));
        if (element.Bytes() == 0) throw new ModelRunException($"output '{name}': elements of type {element.Text()} are not read");
        var tensor = new ModelTensor(element, shape);
        if (tensor.Bytes.Length == 0) return tensor;
        void* data;
        environment.Check(Api.GetTensorMutableData(value, &data));
        // SAFETY: the library holds as many elements of this type as the shape says, and so does the tensor.
        new ReadOnlySpan<byte>(data, tensor.Bytes.Length).CopyTo(tensor.Bytes);
        return tensor;
    }

    private string[] Strings(nint value, int count)
    {
        if (count == 0) return [];
        nuint bytes;
        environment.Check(Api.GetStringTensorDataLength(value, &bytes));
        var text = new byte[checked((int)bytes)];
        var offsets = new nuint[count];
        fixed (byte* texts = text)
        fixed (nuint* places = offsets)
            environment.Check(Api.GetStringTensorContent(value, texts, bytes, places, (nuint)count));
        var strings = new string[count];
        for (int i = 0; i < count; i++)
        {
            int start = (int)offsets[i], end = i + 1 < count ? (int)offsets[i + 1] : text.Length;
            strings[i] = Encoding.UTF8.GetString(text, start, end - start);
        }
        return strings;
    }
}
