namespace Rubato;

/// <summary>How often one listener may get a campaign: at most so many deliveries within every window of time.</summary>
/// <param name="Deliveries">1 to <see cref="DeliveriesMax"/></param>
/// <param name="WindowSeconds">1 to <see cref="WindowSecondsMax"/></param>
public readonly record struct FrequencyCap(int Deliveries, int WindowSeconds)
{
    /// <summary>Most deliveries of a cap; a counter of one byte suffices.</summary>
    public const int DeliveriesMax = 255;

    /// <summary>Longest window, 31 days.</summary>
    public const int WindowSecondsMax = 31 * 86_400;
}
