namespace Rubato;

/// <summary>What the files of a folder look like from outside: how many, how large, and when last written.</summary>
/// <param name="Files">files, at any depth</param> <param name="Bytes">their sizes</param> <param name="Hash">of names, sizes, times, and where links lead</param>
internal readonly record struct FolderPrint(int Files, long Bytes, long Hash)
{
    private const int FilesMax = 10_000;

    /// <exception cref="ModelException">It cannot be read, or holds too many files.</exception>
    public static FolderPrint Of(string folder)
    {
        int files = 0;
        long bytes = 0, hash = 0;
        try
        {
            foreach (FileInfo entry in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories))
            {
                if (++files > FilesMax) throw new ModelException(folder, $"more than {FilesMax} files");
                FileInfo file = Target(entry);
                bytes += file.Length;
                int one = HashCode.Combine(entry.FullName, entry.LinkTarget, entry.LastWriteTimeUtc, file.Length, file.LastWriteTimeUtc);
                hash += unchecked(one * 0x1E3779B97F4A7C15L); // in any order
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(folder, DataFileException.Describe(failure), failure); // it is being moved, perhaps
        }
        return new FolderPrint(files, bytes, hash);
    }

    // What a link leads to is what is loaded; one that leads nowhere (editors leave such) stands for itself.
    private static FileInfo Target(FileInfo entry) =>
        entry.LinkTarget is not null && entry.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target ? target : entry;
}
