namespace Rubato;

/// <summary>Why a request's relevance is the calibrated similarity although a ranker model is configured.</summary>
public enum RankerFallback
{
    /// <summary>No version of the model is in service, or it is none for this catalogue.</summary>
    Unavailable,

    /// <summary>It did not answer in the time that it has.</summary>
    Late,

    /// <summary>It failed.</summary>
    Failed,
}
