namespace Rubato;

/// <summary>One model of a repository as its folder stands: versions, labels, and what is wrong with it.</summary>
/// <param name="Name">the folder's name</param>
/// <param name="Versions">ascending; not yet loaded, so not yet known to be sound; null where the folder could not be read, so that nothing is known of it</param>
/// <param name="Labels">what labels.json says, which may name versions that do not exist; null where it cannot be read</param>
/// <param name="Problems">what was left out and why, one line each, naming the file or folder</param>
public sealed record ModelFolder(string Name, IReadOnlyList<int>? Versions, ModelLabels? Labels, IReadOnlyList<string> Problems);
