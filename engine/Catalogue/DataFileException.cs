namespace Rubato;

/// <summary>A file from outside is not what was expected; the message is one line that names the file, the place in it and what was expected.</summary>
public abstract class DataFileException : Exception
{
    /// <param name="path">the file at fault</param>
    /// <param name="problem">the place and the expectation, without the file's name</param>
    /// <param name="cause">the failure below, if there was one</param>
    protected DataFileException(string path, string problem, Exception? cause = null) : base($"{path}: {problem}", cause) => Path = path;

    /// <summary>The file at fault.</summary>
    public string Path { get; }

    // The framework's messages name the file again and may end in several lines; one short clause is wanted.
    internal static string Describe(Exception failure) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => "no such file",
        UnauthorizedAccessException => "access denied, or not a regular file",
        _ => failure.Message.ReplaceLineEndings(" "),
    };
}
