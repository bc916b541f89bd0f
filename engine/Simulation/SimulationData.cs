namespace Rubato;

/// <summary>What a simulation is about.</summary>
/// <param name="CataloguePath">catalogue snapshot (.rbt)</param>
/// <param name="Listeners">[listeners, dimension] listener vectors, row-major</param>
/// <param name="RelevanceSlope">α of relevance = σ(α · similarity + β)</param>
/// <param name="RelevanceOffset">β</param>
public sealed record SimulationData(string CataloguePath, float[] Listeners, double RelevanceSlope, double RelevanceOffset);
