namespace Rubato.Server.Commands;

/// <summary>Guards the folder that a solve writes: it is replaced as a whole, so it must hold nothing else.</summary>
internal static class SolveFolder
{
    private static readonly string[] Own =
    [
        "prices.json", "price-budget.npy", "price-promise.npy", "price-licensor.npy", "price-cohort.npy", "allocation.npy", "certificate.json", "problem",
    ];

    /// <exception cref="UsageException">The folder is a file, holds what no solve has written, or holds the problem.</exception>
    public static void Check(string folder, string? problem)
    {
        if (File.Exists(folder)) throw new UsageException($"--out {folder} is a file (expected a folder)");
        if (!Directory.Exists(folder)) return;
        string? foreign = Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).FirstOrDefault(name => !Own.Contains(name));
        if (foreign is not null) throw new UsageException($"--out {folder} holds {foreign}, which no solve has written; it would be deleted");
        if (problem is null) return;
        string relative = Path.GetRelativePath(folder, problem);
        if (!relative.StartsWith("..", StringComparison.Ordinal) && !Path.IsPathRooted(relative))
            throw new UsageException($"--out {folder} holds the problem {problem}, which would be deleted");
    }
}
