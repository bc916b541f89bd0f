namespace Rubato.Tests.Support;

/// <summary>Finds the data folder beside the repository; a test that needs it is skipped where it is missing.</summary>
internal static class TestData
{
    private static readonly Lazy<string?> FolderFound = new(Find);

    /// <summary>The full path of a file or folder of the test data; skips the calling [SkippableFact] where it is missing.</summary>
    public static string Path(params string[] parts)
    {
        Skip.If(FolderFound.Value is null, "no test data: put it at ../shared/data or set RUBATO_DATA");
        string path = System.IO.Path.Combine([FolderFound.Value!, .. parts]);
        Skip.IfNot(File.Exists(path) || Directory.Exists(path), $"the test data lacks {string.Join('/', parts)}");
        return path;
    }

    /// <summary>The folder that holds Engine.sln.</summary>
    public static string RepositoryRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Engine.sln"))) return folder.FullName;
        }
        throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} holds Engine.sln");
    }

    private static string? Find()
    {
        string folder = Environment.GetEnvironmentVariable("RUBATO_DATA")
            ?? System.IO.Path.GetFullPath(System.IO.Path.Combine(RepositoryRoot(), "..", "shared", "data"));
        return Directory.Exists(folder) ? folder : null;
    }
}
