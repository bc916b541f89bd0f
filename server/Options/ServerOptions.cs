using System.Net;

namespace Rubato.Server;

/// <summary>Everything that can be configured; <see cref="OptionsLoader"/> fills it from file, environment and command line.</summary>
internal sealed class ServerOptions
{
    /// <summary>Address of the binary protocol; port 0 takes a free one.</summary>
    public IPEndPoint Listen { get; set; } = new(IPAddress.Loopback, 7400);

    /// <summary>Address of health and metrics over HTTP; null = none.</summary>
    public IPEndPoint? Admin { get; set; } = new(IPAddress.Loopback, 7401);

    /// <summary>Address of the Open Inference Protocol (KServe v2) over HTTP; null = none. Needs models.</summary>
    public IPEndPoint? KServe { get; set; }

    /// <summary>Folder of the model repository; null = no models.</summary>
    public string? ModelsPath { get; set; }

    /// <summary>How models are served.</summary>
    public ModelOptions Models { get; } = new();

    /// <summary>Listening beyond loopback is allowed although nobody is asked who he is.</summary>
    public bool Insecure { get; set; }

    /// <summary>Catalogue, campaigns, prices, weights.</summary>
    public EngineOptions Engine { get; set; } = new() { CataloguePath = "", Pacing = new PacingOptions() };

    /// <summary>Limits of connections and requests.</summary>
    public ServerLimits Limits { get; } = new();

    /// <summary>Threads that run RECOMMEND batches.</summary>
    public int RecommendLanes { get; set; } = 1;

    /// <summary>
    /// What must have happened to exposure events that do not say before they are answered; fsynced, because whoever was told "settled" does not
    /// send the event again.
    /// </summary>
    public LedgerDurability Durability { get; set; } = LedgerDurability.Fsynced;

    /// <summary>The campaigns file is read again when it changes.</summary>
    public bool WatchCampaigns { get; set; } = true;
}
