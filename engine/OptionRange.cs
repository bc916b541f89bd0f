namespace Rubato;

/// <summary>Range checks of the options records, with one wording.</summary>
internal static class OptionRange
{
    /// <exception cref="ArgumentOutOfRangeException">value is not min to max.</exception>
    public static void Check(long value, long min, long max, string name)
    {
        if (value < min || value > max) throw new ArgumentOutOfRangeException(name, value, $"must be {min} to {max}");
    }

    /// <exception cref="ArgumentOutOfRangeException">value is not min to max, or NaN.</exception>
    public static void Check(double value, double min, double max, string name)
    {
        if (!(value >= min && value <= max)) throw new ArgumentOutOfRangeException(name, value, $"must be {min} to {max}");
    }
}
