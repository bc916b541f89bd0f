namespace Rubato.Wire;

/// <summary>What a frame asks or answers. Numbers are never reused.</summary>
public enum Opcode : ushort
{
    /// <summary>First frame of a connection: versions, features, limits, credits.</summary>
    Hello = 1,

    /// <summary>Echoes its payload.</summary>
    Ping = 2,

    /// <summary>Listener vector and candidate tracks → a promotion score each.</summary>
    Score = 3,

    /// <summary>Listener vector and filters → a slate.</summary>
    Recommend = 4,

    /// <summary>Counters of the server process.</summary>
    Stats = 5,

    /// <summary>Notice from the server: no new requests, please; those in flight are answered, then the connection closes.</summary>
    GoAway = 6,

    /// <summary>Exposure events: what became of reserved deliveries.</summary>
    Expose = 16,

    /// <summary>Replaces the campaigns, by the ones sent or by the server's file read again.</summary>
    Campaigns = 17,

    /// <summary>Rows of listeners' features → a query vector each, by a tower model.</summary>
    Embed = 32,

    /// <summary>Listener and candidates → a score and its relevance each, by a ranker model.</summary>
    Rank = 33,

    /// <summary>Named tensors → named tensors, by any model.</summary>
    Infer = 34,
}
