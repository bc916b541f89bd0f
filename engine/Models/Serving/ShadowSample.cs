namespace Rubato;

/// <summary>Inputs of some rows, copied out of a batch that was served.</summary>
/// <param name="Inputs">bytes of every input, in the model's order</param> <param name="Rows">rows</param>
internal sealed record ShadowSample(byte[][] Inputs, int Rows);
