namespace Rubato;

/// <summary>Keys and values, such as classes and their probabilities.</summary>
public sealed class ModelMap : ModelValue
{
    internal ModelMap(ModelTensor keys, ModelTensor values) => (Keys, Values) = (keys, values);

    /// <summary>int64 or text [entries]</summary>
    public ModelTensor Keys { get; }

    /// <summary>[entries], in the order of the keys</summary>
    public ModelTensor Values { get; }
}
