namespace Rubato;

/// <summary>Values in order, such as one map of class probabilities for each row.</summary>
public sealed class ModelSequence : ModelValue
{
    internal ModelSequence(IReadOnlyList<ModelValue> items) => Items = items;

    /// <summary>The values.</summary>
    public IReadOnlyList<ModelValue> Items { get; }
}
