namespace Rubato;

/// <summary>Reads what the library says about the type of an input, an output or a value.</summary>
internal readonly unsafe struct OrtTypeReader(OrtEnvironment environment)
{
    private const int TensorType = 1, SequenceType = 2, MapType = 3, OpaqueType = 4, SparseType = 5, OptionalType = 6;

    private OrtApi Api => environment.Api;

    /// <summary>Describes an input or output.</summary>
    /// <param name="name">its name</param> <param name="type">its OrtTypeInfo, released here</param>
    public ModelValueInfo ReadAndRelease(string name, nint type)
    {
        using var owned = new OrtHandle(type, Api.ReleaseTypeInfo);
        if (Kind(type) != TensorType) return new ModelValueInfo(name, Describe(type));
        (ModelElementType element, long[] shape, string[] symbols) = Tensor(type);
        return new ModelValueInfo(name, $"tensor({element.Text()})", element, shape, symbols);
    }

    /// <summary>The element type and shape of an OrtTensorTypeAndShapeInfo.</summary>
    public (ModelElementType Element, long[] Shape) Shape(nint info)
    {
        int element;
        nuint count;
        environment.Check(Api.GetTensorElementType(info, &element));
        environment.Check(Api.GetDimensionsCount(info, &count));
        var shape = new long[(int)count];
        fixed (long* dimensions = shape) environment.Check(Api.GetDimensions(info, dimensions, count));
        return ((ModelElementType)element, shape);
    }

    private (ModelElementType Element, long[] Shape, string[] Symbols) Tensor(nint type)
    {
        nint info; // lives in the type
        environment.Check(Api.CastTypeInfoToTensorInfo(type, &info));
        (ModelElementType element, long[] shape) = Shape(info);
        var symbols = new string[shape.Length];
        byte** texts = stackalloc byte*[shape.Length]; // ranks are small, and these live in the type too
        environment.Check(Api.GetSymbolicDimensions(info, texts, (nuint)shape.Length));
        for (int i = 0; i < symbols.Length; i++) symbols[i] = OrtEnvironment.Text(texts[i]);
        return (element, shape, symbols);
    }

    private int Kind(nint type)
    {
        int kind;
        environment.Check(Api.GetOnnxTypeFromTypeInfo(type, &kind));
        return kind;
    }

    private string Describe(nint type)
    {
        switch (Kind(type))
        {
            case TensorType:
                return $"tensor({Tensor(type).Element.Text()})";
            case SequenceType:
                nint sequence, item;
                environment.Check(Api.CastTypeInfoToSequenceTypeInfo(type, &sequence));
                environment.Check(Api.GetSequenceElementType(sequence, &item));
                using (var owned = new OrtHandle(item, Api.ReleaseTypeInfo)) return $"sequence({Describe(item)})";
            case MapType:
                nint map, value;
                int key;
                environment.Check(Api.CastTypeInfoToMapTypeInfo(type, &map));
                environment.Check(Api.GetMapKeyType(map, &key));
                environment.Check(Api.GetMapValueType(map, &value));
                using (var owned = new OrtHandle(value, Api.ReleaseTypeInfo)) return $"map({((ModelElementType)key).Text()}, {Describe(value)})";
            case OpaqueType: return "opaque";
            case SparseType: return "sparse tensor";
            case OptionalType: return "optional";
            default: return "unknown";
        }
    }
}
