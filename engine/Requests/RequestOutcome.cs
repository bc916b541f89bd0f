namespace Rubato;

/// <summary>How a request fared so far. Each stage takes over the outcomes of the stage before and may refuse more requests.</summary>
/// <param name="Status">Ok, or the reason of the refusal</param>
/// <param name="Index">the offending index or number, as the status documents it; −1 where there is none</param>
public readonly record struct RequestOutcome(RequestStatus Status, long Index)
{
    /// <summary>Nothing is wrong.</summary>
    public static readonly RequestOutcome Ok = new(RequestStatus.Ok, -1);

    /// <summary>Whether the request still runs.</summary>
    public bool IsOk => Status == RequestStatus.Ok;
}
