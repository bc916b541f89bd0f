namespace Rubato;

/// <summary>A column of an allocation problem is not what it has to be.</summary>
public sealed class AllocationProblemException : DataFileException
{
    internal AllocationProblemException(string path, string problem) : base(path, problem)
    {
    }
}
