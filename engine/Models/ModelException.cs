namespace Rubato;

/// <summary>A model, or a file that belongs to it, was refused: missing, damaged, out of bounds, or not what it says it is.</summary>
public sealed class ModelException : DataFileException
{
    internal ModelException(string path, string problem, Exception? cause = null) : base(path, problem, cause)
    {
    }
}
