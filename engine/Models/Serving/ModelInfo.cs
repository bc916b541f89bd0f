namespace Rubato;

/// <summary>One model as the host sees it.</summary>
/// <param name="Name">the folder</param>
/// <param name="Versions">ascending</param>
/// <param name="CanaryPercent">share of the listeners that get canary</param>
/// <param name="Pinned">labels that do not move by themselves</param>
/// <param name="Problems">what is wrong with the folder, one line each</param>
public sealed record ModelInfo(string Name, IReadOnlyList<ModelVersionInfo> Versions, double CanaryPercent, IReadOnlyList<string> Pinned, IReadOnlyList<string> Problems);
