namespace Rubato;

/// <summary>What a model says about itself; "" where it says nothing.</summary>
/// <param name="Producer">tool that wrote it</param>
/// <param name="GraphName">name of the graph</param>
/// <param name="Domain">whose model it is, as a reversed domain name</param>
/// <param name="Description">free text</param>
/// <param name="Version">the model's own version number, which is not the folder's</param>
/// <param name="Properties">the producer's own keys and values</param>
public sealed record ModelMetadata(string Producer, string GraphName, string Domain, string Description, long Version,
    IReadOnlyDictionary<string, string> Properties);
