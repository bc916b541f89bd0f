namespace Rubato;

/// <summary>What both kinds of request may say about the listener. The default value filters nothing.</summary>
public readonly ref struct RequestSettings
{
    /// <summary>
    /// The listener's market. Tracks that are not licensed there are not given, and campaigns limited to other markets do not apply.
    /// Where none is named, no track is held back, and campaigns limited to markets do not apply.
    /// </summary>
    public Market Market { get; init; }

    /// <summary>Whether explicit tracks are held back.</summary>
    public bool ExcludeExplicit { get; init; }

    /// <summary>Licensors whose tracks are held back, in any order, at most <see cref="BatchLimits.DeniedLicensorsMax"/>; copied.</summary>
    public ReadOnlySpan<uint> DeniedLicensors { get; init; }

    /// <summary>
    /// The listener, for frequency caps and for getting the same model every time: any number that stays the same for the same person and says
    /// nothing about them, such as a keyed hash; 0 = unknown, whom no cap binds, for whom nothing is counted, and who gets no canary.
    /// </summary>
    public ulong ListenerId { get; init; }

    /// <summary>The listener's cohort, which sets a quality floor and its price; 0 = none.</summary>
    public uint Cohort { get; init; }

    /// <summary>Whether the response carries the terms of each score.</summary>
    public bool WantBreakdown { get; init; }
}
