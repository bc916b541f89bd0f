namespace Rubato;

/// <summary>Numbers of the snapshots that an answer was computed from.</summary>
/// <param name="Catalogue">generation of the catalogue</param>
/// <param name="Model">version of the ranker model; 0 = none, relevance is the calibrated similarity</param>
/// <param name="Prices">generation of the price set; 0 = none, all prices are zero</param>
public readonly record struct EngineGenerations(long Catalogue, long Model, long Prices);
