namespace Rubato.Client;

/// <summary>Every knob of the client.</summary>
public sealed record ClientOptions
{
    /// <summary>The caller's name in the server's log, at most 64 bytes of UTF-8.</summary>
    public string Name { get; init; } = "rubato-client";

    /// <summary>How long connecting and the handshake may take, 1 ms to 10 min; 5 s outlasts a lost SYN and its first two repeats.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Shortest time between two attempts to reconnect, doubled after each failure up to <see cref="ReconnectDelayMax"/>; 0 to 10 min.</summary>
    public TimeSpan ReconnectDelayMin { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest time between two attempts to reconnect; ReconnectDelayMin to 10 min.</summary>
    public TimeSpan ReconnectDelayMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Largest answer taken, 4 KiB to 256 MiB; 1 MiB holds 4,096 scores with their breakdown several times over.</summary>
    public int PayloadBytesMax { get; init; } = 1 << 20;

    /// <summary>
    /// Runs the code after an awaited call on the thread that received the answer. Saves a hand-over of some microseconds; that code must then
    /// never block, or nothing more is received on this connection.
    /// </summary>
    public bool InlineContinuations { get; init; }

    /// <summary>The options themselves, checked.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    public ClientOptions Validated()
    {
        TimeSpan longest = TimeSpan.FromMinutes(10);
        Check(System.Text.Encoding.UTF8.GetByteCount(Name) <= 64, nameof(Name), Name, "must be at most 64 bytes of UTF-8");
        Check(ConnectTimeout >= TimeSpan.FromMilliseconds(1) && ConnectTimeout <= longest, nameof(ConnectTimeout), ConnectTimeout, "must be 1 ms to 10 min");
        Check(ReconnectDelayMin >= TimeSpan.Zero && ReconnectDelayMin <= longest, nameof(ReconnectDelayMin), ReconnectDelayMin, "must be 0 to 10 min");
        Check(ReconnectDelayMax >= ReconnectDelayMin && ReconnectDelayMax <= longest, nameof(ReconnectDelayMax), ReconnectDelayMax,
            $"must be {nameof(ReconnectDelayMin)} to 10 min");
        Check(PayloadBytesMax is >= 4096 and <= 1 << 28, nameof(PayloadBytesMax), PayloadBytesMax, "must be 4 KiB to 256 MiB");
        return this;
    }

    private static void Check(bool holds, string name, object value, string rule)
    {
        if (!holds) throw new ArgumentOutOfRangeException(name, value, rule);
    }
}
