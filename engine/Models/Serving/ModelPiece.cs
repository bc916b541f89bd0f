namespace Rubato;

/// <summary>Rows of one work in one batch.</summary>
/// <param name="Work">whose rows</param> <param name="FirstRow">of the work</param> <param name="Rows">1 or more</param>
internal readonly record struct ModelPiece(ModelWork Work, int FirstRow, int Rows);
