namespace Rubato;

/// <summary>One input or output of a model, as model.json maps it.</summary>
/// <param name="Name">the model's name for it</param>
/// <param name="Role">what it is to the pipeline</param>
/// <param name="RowShape">dimensions of one row, the batch left out; null to take the model's</param>
/// <param name="TakesNaN">of an input: NaN stands for a missing value, and requests may have it there</param>
public sealed record ModelBinding(string Name, ModelRole Role, IReadOnlyList<long>? RowShape, bool TakesNaN = false);
