namespace Rubato;

/// <summary>How many listeners come when: quiet at five in the morning, busiest at five in the afternoon (UTC), a tenth busier at the weekend.</summary>
internal static class TrafficProfile
{
    private const double Swing = 0.7, QuietHour = 5, Weekend = 1.1;

    /// <summary>What is expected. Campaigns are to spend along it.</summary>
    public static SpendCurve Expected { get; } = new([.. Enumerable.Range(0, SpendCurve.HoursPerWeek).Select(Weight)]);

    /// <summary>Requests that a span within one hour brings on average.</summary>
    public static double Requests(SimulationOptions options, DateTime from, DateTime until)
    {
        double perWeight = 7.0 * options.RequestsPerDay / Expected.Mass(SimulationOptions.Start, SimulationOptions.Start.AddDays(7));
        return perWeight * Expected.Mass(from, until) * (from.Hour == 12 ? options.ShockFactor : 1);
    }

    private static double Weight(int hour) =>
        (1 - Swing * Math.Cos(2 * Math.PI * (hour % 24 + 0.5 - QuietHour) / 24)) * (hour >= 5 * 24 ? Weekend : 1);
}
