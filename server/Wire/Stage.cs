namespace Rubato.Wire;

/// <summary>Where in the server a request was when it was refused.</summary>
public enum Stage : byte
{
    /// <summary>Not tied to a stage.</summary>
    None = 0,

    /// <summary>Reading the frame.</summary>
    Frame = 1,

    /// <summary>Checked on arrival.</summary>
    Admission = 2,

    /// <summary>Taken from the queue.</summary>
    Queue = 3,

    /// <summary>Before or in the computation.</summary>
    Compute = 4,

    /// <summary>Before the answer was sent.</summary>
    Send = 5,
}
