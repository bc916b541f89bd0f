namespace Rubato;

/// <summary>An .npy file could not be read: missing, damaged, or of another type or shape than was asked for.</summary>
public sealed class NpyException : DataFileException
{
    internal NpyException(string path, string problem, Exception? cause = null) : base(path, problem, cause)
    {
    }
}
