namespace Rubato;

/// <summary>A label or distributor that owns campaigns.</summary>
/// <param name="Id">1 to 4,294,967,295, unique in the file</param>
/// <param name="Name">for people</param>
public readonly record struct Licensor(uint Id, string Name);
