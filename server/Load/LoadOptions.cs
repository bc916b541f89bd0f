using System.Net;

namespace Rubato.Server;

/// <summary>What the load generator does.</summary>
internal sealed record LoadOptions
{
    /// <summary>The server.</summary>
    public required IPEndPoint Target { get; init; }

    /// <summary>Requests per second, open loop; null = closed loop, as fast as answers come.</summary>
    public double? Rate { get; init; }

    /// <summary>Connections, 1 to 1,024.</summary>
    public int Connections { get; init; } = 1;

    /// <summary>Closed loop: requests in flight over all connections.</summary>
    public int InFlight { get; init; } = 1;

    /// <summary>Candidates per request.</summary>
    public int Candidates { get; init; } = 100;

    /// <summary>Slots of a slate: RECOMMEND instead of SCORE; 0 = SCORE.</summary>
    public int Slots { get; init; }

    /// <summary>Report every promoted track of a slate as streamed, in an EXPOSE behind the answer.</summary>
    public bool Expose { get; init; }

    /// <summary>Seconds of measurement.</summary>
    public double Seconds { get; init; } = 10;

    /// <summary>Seconds before the measurement, not counted.</summary>
    public double WarmUpSeconds { get; init; } = 1;

    /// <summary>Requests after which the measurement ends early; null = by time alone.</summary>
    public long? Requests { get; init; }

    /// <summary>Track ids to draw candidates from; null = 0 to tracks − 1.</summary>
    public long[]? TrackIds { get; init; }
}
