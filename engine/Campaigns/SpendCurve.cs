namespace Rubato;

/// <summary>How a campaign's spend, or the listeners' traffic, is spread over the hours of the week, in UTC. Immutable.</summary>
/// <remarks>The weight at an instant is that of its hour; only ratios of weights count.</remarks>
public sealed class SpendCurve
{
    /// <summary>Weights of a curve: 7 days of 24 hours.</summary>
    public const int HoursPerWeek = 168;

    /// <summary>Largest weight.</summary>
    public const double WeightMax = 1e6;

    private readonly double[] _weights;
    private readonly double[] _before; // [hours + 1] sum of the weights before an hour of the week

    /// <param name="weights">[168] weight of each hour of the week from Monday 00:00 UTC, 0 to <see cref="WeightMax"/>, not all 0</param>
    /// <exception cref="ArgumentException">There are not 168 weights, one is out of range, or all are 0.</exception>
    public SpendCurve(ReadOnlySpan<double> weights)
    {
        if (weights.Length != HoursPerWeek) throw new ArgumentException($"{weights.Length} weights (expected {HoursPerWeek})", nameof(weights));
        _weights = weights.ToArray();
        _before = new double[HoursPerWeek + 1];
        for (int hour = 0; hour < HoursPerWeek; hour++)
        {
            if (!(_weights[hour] is >= 0 and <= WeightMax)) // written so that NaN is refused
                throw new ArgumentException($"weight {hour} is {_weights[hour]} (expected 0 to {WeightMax})", nameof(weights));
            _before[hour + 1] = _before[hour] + _weights[hour];
        }
        if (_before[HoursPerWeek] <= 0) throw new ArgumentException("all weights are 0", nameof(weights));
    }

    /// <summary>Every hour alike.</summary>
    public static SpendCurve Even { get; } = new(Enumerable.Repeat(1.0, HoursPerWeek).ToArray());

    /// <summary>[168] weights from Monday 00:00 UTC.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>Hour of the week, 0 to 167, from Monday 00:00 UTC.</summary>
    public static int HourOfWeek(DateTime utc) => (int)(utc.Ticks / TimeSpan.TicksPerHour % HoursPerWeek); // 0001-01-01 was a Monday

    /// <summary>Weight of a span of time: the integral of the weights over its hours; 0 where it is empty.</summary>
    public double Mass(DateTime from, DateTime until)
    {
        if (until <= from) return 0;
        long week = from.Ticks / TimeSpan.TicksPerHour / HoursPerWeek; // counted from its own week, or the digits would be lost
        return UpTo(until, week) - UpTo(from, week);
    }

    /// <summary>Share of a span of time that has passed by weight, 0 to 1; by time where the whole span has no weight.</summary>
    public double Passed(DateTime start, DateTime end, DateTime now)
    {
        if (now <= start) return 0;
        if (now >= end) return 1;
        double whole = Mass(start, end);
        return whole > 0 ? Math.Min(1, Mass(start, now) / whole) : (double)(now - start).Ticks / (end - start).Ticks;
    }

    private double UpTo(DateTime utc, long fromWeek)
    {
        long hour = utc.Ticks / TimeSpan.TicksPerHour;
        int ofWeek = (int)(hour % HoursPerWeek);
        double part = (double)(utc.Ticks % TimeSpan.TicksPerHour) / TimeSpan.TicksPerHour;
        return (hour / HoursPerWeek - fromWeek) * _before[HoursPerWeek] + _before[ofWeek] + part * _weights[ofWeek];
    }
}
