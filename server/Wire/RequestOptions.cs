namespace Rubato.Wire;

/// <summary>Options of SCORE and RECOMMEND.</summary>
[Flags]
public enum RequestOptions : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Send the campaign chosen, the terms of each score, and what blocked a candidate.</summary>
    Breakdown = 1,

    /// <summary>Tracks marked explicit are held back.</summary>
    ExcludeExplicit = 2,

    /// <summary>RECOMMEND: the request states how much relevance the slate may lose.</summary>
    QualityLoss = 4,
}
