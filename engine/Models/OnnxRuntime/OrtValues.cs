namespace Rubato;

/// <summary>Values of the library that live as long as one run.</summary>
internal sealed unsafe class OrtValues(OrtEnvironment environment) : IDisposable
{
    private readonly List<nint> _values = [];
    private nint[] _more = [];

    /// <summary>The values added, in order.</summary>
    public nint[] All => [.. _values];

    /// <summary>Adds a tensor: texts are copied, numbers stay in the tensor's own memory, which the caller keeps alive.</summary>
    public void Add(ModelTensor tensor)
    {
        nint value;
        fixed (long* shape = tensor.Shape)
        {
            if (tensor.Element == ModelElementType.String)
            {
                environment.Check(environment.Api.CreateTensorAsOrtValue(environment.Allocator, shape, (nuint)tensor.Shape.Length, (int)tensor.Element, &value));
            }
            else
            {
                // SAFETY: the bytes are pinned for as long as the tensor lives, and are as many as the shape says.
                fixed (byte* bytes = tensor.Bytes)
                {
                    environment.Check(environment.Api.CreateTensorWithDataAsOrtValue(environment.Memory, bytes, (nuint)tensor.Bytes.Length,
                        shape, (nuint)tensor.Shape.Length, (int)tensor.Element, &value));
                }
            }
        }
        _values.Add(value);
        if (tensor.Element != ModelElementType.String) return;
        using var texts = new OrtNames(tensor.Strings);
        fixed (nint* all = texts.All) environment.Check(environment.Api.FillStringTensor(value, (byte**)all, (nuint)tensor.Strings.Count));
    }

    /// <summary>Takes over values that a run handed out.</summary>
    public void Own(nint[] values) => _more = values;

    public void Dispose()
    {
        foreach (nint value in _values) environment.Api.ReleaseValue(value);
        foreach (nint value in _more)
            if (value != 0) environment.Api.ReleaseValue(value);
    }
}
