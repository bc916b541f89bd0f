namespace Rubato;

/// <summary>What a request asks for.</summary>
public enum RequestKind : byte
{
    /// <summary>A promotion score for each given track, in the given order.</summary>
    Score = 1,

    /// <summary>A slate: the best tracks for the given number of slots.</summary>
    Recommend = 2,
}
