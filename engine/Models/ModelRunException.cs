namespace Rubato;

/// <summary>One run of a model failed: an input of another name, type or shape, an operator that failed, an output that is not a number.</summary>
public class ModelRunException : Exception
{
    internal ModelRunException(string message, Exception? cause = null) : base(message, cause)
    {
    }
}
