namespace Rubato;

/// <summary>A campaigns file or a price folder could not be used: missing, malformed, or at odds with the catalogue.</summary>
public sealed class EngineDataException : DataFileException
{
    internal EngineDataException(string path, string problem, Exception? cause = null) : base(path, problem, cause)
    {
    }
}
