namespace Rubato;

/// <summary>A run was ended because its deadline passed; the session is unharmed.</summary>
public sealed class ModelDeadlineException : ModelRunException
{
    internal ModelDeadlineException(TimeSpan deadline, Exception? cause = null) : base($"the deadline of {deadline.TotalMilliseconds:0.###} ms passed", cause)
    {
    }
}
