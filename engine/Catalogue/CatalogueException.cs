namespace Rubato;

/// <summary>A catalogue snapshot, or a file it is built from, is not what was expected.</summary>
public sealed class CatalogueException : DataFileException
{
    internal CatalogueException(string path, string problem, Exception? cause = null) : base(path, problem, cause)
    {
    }
}
