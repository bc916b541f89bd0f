using System.Runtime.InteropServices;

namespace Rubato.Wire;

/// <summary>Which catalogue, model and prices made the scores of a reply.</summary>
/// <param name="Catalogue">creation time of the snapshot, µs since 1970</param>
/// <param name="Model">generation of the model; 0 = none</param>
/// <param name="Prices">generation of the price set; 0 = all prices zero</param>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
public readonly record struct Generations(long Catalogue, long Model, long Prices);
