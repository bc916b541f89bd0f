namespace Rubato;

/// <summary>A group of listeners with a floor under the quality of what is promoted to them.</summary>
/// <param name="Id">1 to 4,294,967,295, unique in the file</param>
/// <param name="Floor">least mean relevance of promoted tracks, 0 to 1</param>
public readonly record struct Cohort(uint Id, double Floor);
