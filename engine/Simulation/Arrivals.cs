namespace Rubato;

/// <summary>Everything that listeners do in the simulated time, drawn in advance, so that every policy meets the same.</summary>
internal sealed class Arrivals
{
    private Arrivals(DateTime[] times, int[] listeners, bool[] exposed, int[] delaySeconds)
        => (Times, Listeners, Exposed, DelaySeconds) = (times, listeners, exposed, delaySeconds);

    /// <summary>[requests] ascending.</summary>
    public DateTime[] Times { get; }

    /// <summary>[requests]</summary>
    public int[] Listeners { get; }

    /// <summary>[requests] whether the slate is looked at.</summary>
    public bool[] Exposed { get; }

    /// <summary>[requests] seconds until its events arrive.</summary>
    public int[] DelaySeconds { get; }

    public int Count => Times.Length;

    /// <summary>Draws Poisson arrivals minute by minute; listeners by weight.</summary>
    /// <param name="options">traffic and exposure</param> <param name="weights">[listeners] how often each comes, above 0</param> <param name="seed">of this draw</param>
    public static Arrivals Draw(SimulationOptions options, double[] weights, int seed)
    {
        var random = new Random(seed);
        double[] upTo = new double[weights.Length];
        for (int i = 0; i < weights.Length; i++) upTo[i] = (i > 0 ? upTo[i - 1] : 0) + weights[i];
        var times = new List<DateTime>();
        for (DateTime minute = SimulationOptions.Start; minute < options.End; minute = minute.AddMinutes(1))
        {
            int first = times.Count, count = Poisson(random, TrafficProfile.Requests(options, minute, minute.AddMinutes(1)));
            for (int i = 0; i < count; i++) times.Add(minute.AddTicks(random.NextInt64(TimeSpan.TicksPerMinute)));
            times.Sort(first, count, null);
        }
        int[] listeners = new int[times.Count], delays = new int[times.Count];
        bool[] exposed = new bool[times.Count];
        for (int i = 0; i < listeners.Length; i++)
        {
            int at = Array.BinarySearch(upTo, random.NextDouble() * upTo[^1]);
            listeners[i] = Math.Min(at < 0 ? ~at : at + 1, weights.Length - 1);
            exposed[i] = random.NextDouble() < options.ExposureProbability;
            delays[i] = 1 + random.Next(options.ExposureSecondsMax);
        }
        return new Arrivals([.. times], listeners, exposed, delays);
    }

    /// <summary>[listeners] how many of a listener's slates are looked at.</summary>
    public int[] ExposedByListener(int listenerCount)
    {
        int[] counts = new int[listenerCount];
        for (int i = 0; i < Count; i++) if (Exposed[i]) counts[Listeners[i]]++;
        return counts;
    }

    // By waiting times up to a mean of 30, above it by a normal distribution, which is as good there.
    private static int Poisson(Random random, double mean)
    {
        if (mean > 30)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            return (int)Math.Max(0, Math.Round(mean + Math.Sqrt(mean) * radius * Math.Cos(2 * Math.PI * random.NextDouble())));
        }
        int count = 0;
        for (double passed = -Math.Log(1 - random.NextDouble()); passed < mean; passed -= Math.Log(1 - random.NextDouble())) count++;
        return count;
    }
}
