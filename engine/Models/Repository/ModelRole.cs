namespace Rubato;

/// <summary>What the pipeline puts into an input of a model, or takes from an output.</summary>
public enum ModelRole
{
    /// <summary>Input: the listener's features or vector, the same for all candidates of a request.</summary>
    ListenerVector,

    /// <summary>Input: a candidate track's vector.</summary>
    TrackVector,

    /// <summary>Input: a candidate track's attributes as numbers.</summary>
    Attributes,

    /// <summary>Input: what the caller knows of a listener and a candidate together.</summary>
    CandidateFeatures,

    /// <summary>Output: a vector to search the catalogue with.</summary>
    Embedding,

    /// <summary>Output: a candidate's score, one number per row.</summary>
    Score,
}
