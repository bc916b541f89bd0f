namespace Rubato;

/// <summary>What a model says about one of its inputs or outputs.</summary>
public sealed class ModelValueInfo
{
    private readonly string[] _symbols;
    private readonly long[] _shape;

    internal ModelValueInfo(string name, string type) : this(name, type, ModelElementType.Undefined, [], []) => IsTensor = false;

    internal ModelValueInfo(string name, string type, ModelElementType element, long[] shape, string[] symbols)
    {
        (Name, Type, Element, _shape, _symbols) = (name, type, element, shape, symbols);
        IsTensor = true;
    }

    /// <summary>The name in the graph.</summary>
    public string Name { get; }

    /// <summary>The kind in words, such as "tensor(float32)" or "sequence(map(int64, tensor(float32)))".</summary>
    public string Type { get; }

    /// <summary>Whether it is a tensor; the members below tell nothing of anything else.</summary>
    public bool IsTensor { get; }

    /// <summary>Type of a tensor's elements.</summary>
    public ModelElementType Element { get; }

    /// <summary>Every dimension of a tensor; −1 for one that the caller decides.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>The name that the model gives an open dimension; "" for none.</summary>
    /// <param name="dimension">0 to rank − 1</param>
    public string Symbol(int dimension) => _symbols[dimension];

    /// <summary>Such as "query: float32[batch, 16]".</summary>
    public override string ToString() => IsTensor ? $"{Name}: {Element.Text()}[{Dimensions()}]" : $"{Name}: {Type}";

    /// <summary>Whether a tensor of this shape fits.</summary>
    internal bool Fits(ReadOnlySpan<long> shape)
    {
        if (shape.Length != _shape.Length) return false;
        for (int i = 0; i < shape.Length; i++)
            if (_shape[i] >= 0 && _shape[i] != shape[i]) return false;
        return true;
    }

    private string Dimensions() =>
        string.Join(", ", _shape.Select((dimension, i) => dimension >= 0 ? $"{dimension}" : _symbols[i].Length > 0 ? _symbols[i] : "?"));
}
