namespace Rubato;

/// <summary>What allocation did for a batch of slates.</summary>
public record struct SlateCounts
{
    /// <summary>Slots given on behalf of a campaign.</summary>
    public long Deliveries { get; set; }

    /// <summary>Those of them that cost something and were reserved.</summary>
    public long Reservations { get; set; }

    /// <summary>Campaigns that lost a slot because their budget, or an open lease, could not pay it; once per request.</summary>
    public long Budget { get; set; }

    /// <summary>Campaigns that lost a slot because the listener has had enough of them; once per request.</summary>
    public long FrequencyCap { get; set; }

    /// <summary>Candidates whose campaigns are priced above their worth, or held back from the request.</summary>
    public long Pacing { get; set; }

    /// <summary>Candidates that would have filled a slot but for the maximum per licensor.</summary>
    public long LicensorSlots { get; set; }

    /// <summary>Candidates that would have filled a slot but for the quality floor.</summary>
    public long QualityFloor { get; set; }

    /// <summary>Adds what was counted for one slate.</summary>
    internal void Add(in SlateCounts other)
    {
        Deliveries += other.Deliveries;
        Reservations += other.Reservations;
        Budget += other.Budget;
        FrequencyCap += other.FrequencyCap;
        Pacing += other.Pacing;
        LicensorSlots += other.LicensorSlots;
        QualityFloor += other.QualityFloor;
    }
}
