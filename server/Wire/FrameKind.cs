namespace Rubato.Wire;

/// <summary>The four roles of a frame.</summary>
public enum FrameKind : byte
{
    /// <summary>Wants exactly one answer: a reply or an error with the same request id.</summary>
    Request = 1,

    /// <summary>A request's answer.</summary>
    Reply = 2,

    /// <summary>A request's refusal; with request id 0 it speaks of the connection, which then closes.</summary>
    Error = 3,

    /// <summary>Wants no answer.</summary>
    Notice = 4,
}
