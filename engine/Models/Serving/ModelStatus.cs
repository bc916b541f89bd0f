namespace Rubato;

/// <summary>How work given to a model ended.</summary>
public enum ModelStatus
{
    /// <summary>Every row was run.</summary>
    Ok,

    /// <summary>Its deadline passed while it waited; nothing was computed.</summary>
    LateInQueue,

    /// <summary>Its deadline passed during the run, which was ended unless others of its batch still had time.</summary>
    LateInRun,

    /// <summary>The model failed on it: an operator, or an output that is not a finite number.</summary>
    Failed,
}
