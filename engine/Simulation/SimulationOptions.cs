namespace Rubato;

/// <summary>Every knob of a simulation. The same options and data give the same result to the bit.</summary>
public sealed record SimulationOptions
{
    /// <summary>First instant of the simulated time: a Monday.</summary>
    public static readonly DateTime Start = new(2026, 6, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Seed of everything that is drawn.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Hours of traffic, 1 to 168; the campaigns run as long.</summary>
    public int Hours { get; init; } = 24;

    /// <summary>Requests of an average day, 100 to 10,000,000; 200,000 are 2 a second, and take seconds to simulate.</summary>
    public int RequestsPerDay { get; init; } = 200_000;

    /// <summary>Traffic of the hour after noon of every day as a multiple of what the profile expects, 0.1 to 100; 1 = no shock.</summary>
    public double ShockFactor { get; init; } = 1;

    /// <summary>Whether campaigns are to spend evenly; else along the expected traffic, which costs them nothing.</summary>
    public bool EvenCurve { get; init; }

    /// <summary>Slots of a slate, 1 to 64.</summary>
    public int Slots { get; init; } = 4;

    /// <summary>Candidates of a request: the listener's most similar tracks, 8 to 1024.</summary>
    public int Candidates { get; init; } = 256;

    /// <summary>Campaigns, 1 to 10,000, each with one track; fewer where the listeners' candidates do not hold that many tracks.</summary>
    public int Campaigns { get; init; } = 150;

    /// <summary>Part of the slots that budgets can pay for, 0.01 to 10.</summary>
    public double BudgetShare { get; init; } = 0.5;

    /// <summary>Probability that a slate is looked at: then its reservations settle, else they are released, 0.01 to 1.</summary>
    public double ExposureProbability { get; init; } = 0.9;

    /// <summary>Longest time until a slate's exposure events arrive, in seconds, 1 to 3600.</summary>
    public int ExposureSecondsMax { get; init; } = 180;

    /// <summary>Seconds between two updates of pacing, 1 to 3600; 10 takes a tenth of the time of the second that servers take, and is no worse.</summary>
    public int IntervalSeconds { get; init; } = 10;

    /// <summary>Seconds between two lines of the record, a multiple of the interval up to 86,400.</summary>
    public int RecordSeconds { get; init; } = 900;

    /// <summary>Instant after the simulated time.</summary>
    public DateTime End => Start.AddHours(Hours);

    /// <summary>The options themselves, checked.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    public SimulationOptions Validated()
    {
        OptionRange.Check(Hours, 1, 168, nameof(Hours));
        OptionRange.Check(RequestsPerDay, 100, 10_000_000, nameof(RequestsPerDay));
        OptionRange.Check(ShockFactor, 0.1, 100, nameof(ShockFactor));
        OptionRange.Check(Slots, 1, 64, nameof(Slots));
        OptionRange.Check(Candidates, 8, 1024, nameof(Candidates));
        OptionRange.Check(Campaigns, 1, 10_000, nameof(Campaigns));
        OptionRange.Check(BudgetShare, 0.01, 10, nameof(BudgetShare));
        OptionRange.Check(ExposureProbability, 0.01, 1, nameof(ExposureProbability));
        OptionRange.Check(ExposureSecondsMax, 1, 3600, nameof(ExposureSecondsMax));
        OptionRange.Check(IntervalSeconds, 1, 3600, nameof(IntervalSeconds));
        OptionRange.Check(RecordSeconds, IntervalSeconds, 86_400, nameof(RecordSeconds));
        if (RecordSeconds % IntervalSeconds != 0)
            throw new ArgumentOutOfRangeException(nameof(RecordSeconds), RecordSeconds, $"must be a multiple of {IntervalSeconds}");
        return this;
    }
}
