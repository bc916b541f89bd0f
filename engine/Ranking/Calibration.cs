namespace Rubato;

/// <summary>Turns a ranker's scores into the probability that the listener plays the track.</summary>
public sealed class Calibration
{
    private readonly double _slope, _offset;
    private readonly double[] _scores, _probabilities;

    private Calibration(double slope, double offset, double[] scores, double[] probabilities) =>
        (_slope, _offset, _scores, _probabilities) = (slope, offset, scores, probabilities);

    /// <summary>σ(slope · score + offset).</summary>
    /// <param name="slope">finite; negative where higher scores are worse</param> <param name="offset">finite</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is not finite.</exception>
    public static Calibration Platt(double slope, double offset)
    {
        OptionRange.Check(slope, double.MinValue, double.MaxValue, nameof(slope));
        OptionRange.Check(offset, double.MinValue, double.MaxValue, nameof(offset));
        return new Calibration(slope, offset, [], []);
    }

    /// <summary>Straight lines between the points of a table, as isotonic regression yields it; the first and the last probability beyond its ends.</summary>
    /// <param name="scores">[points], 1 or more, ascending</param> <param name="probabilities">[points], 0 to 1, not descending</param>
    /// <exception cref="ArgumentException">The table is not as described.</exception>
    public static Calibration Isotonic(ReadOnlySpan<double> scores, ReadOnlySpan<double> probabilities)
    {
        if (scores.IsEmpty || scores.Length != probabilities.Length) throw new ArgumentException($"{scores.Length} scores and {probabilities.Length} probabilities");
        for (int i = 0; i < scores.Length; i++)
        {
            if (!double.IsFinite(scores[i]) || (i > 0 && scores[i] <= scores[i - 1])) throw new ArgumentException($"score {i} is not finite, or not above the one before it", nameof(scores));
            if (!(probabilities[i] >= (i > 0 ? probabilities[i - 1] : 0) && probabilities[i] <= 1))
                throw new ArgumentException($"probability {i} is not 0 to 1, or below the one before it", nameof(probabilities));
        }
        return new Calibration(0, 0, scores.ToArray(), probabilities.ToArray());
    }

    /// <summary>probabilities[i] = calibration of scores[i]; without a calibration the score itself, cut to 0 to 1.</summary>
    /// <param name="calibration">null for none</param> <param name="scores">finite</param> <param name="probabilities">as many, overwritten</param>
    public static void Apply(Calibration? calibration, ReadOnlySpan<float> scores, Span<double> probabilities)
    {
        if (calibration is null)
            for (int i = 0; i < scores.Length; i++) probabilities[i] = Math.Clamp((double)scores[i], 0, 1);
        else if (calibration._scores.Length == 0) calibration.ApplyPlatt(scores, probabilities);
        else
            for (int i = 0; i < scores.Length; i++) probabilities[i] = calibration.Interpolate(scores[i]);
    }

    private void ApplyPlatt(ReadOnlySpan<float> scores, Span<double> probabilities)
    {
        int whole = scores.Length / Logistic.Width * Logistic.Width, rest = scores.Length - whole;
        Logistic.Apply(scores[..whole], _slope, _offset, probabilities[..whole]);
        if (rest == 0) return;
        Span<float> last = stackalloc float[Logistic.Width];
        Span<double> lastProbabilities = stackalloc double[Logistic.Width];
        last.Clear();
        scores[whole..].CopyTo(last);
        Logistic.Apply(last, _slope, _offset, lastProbabilities);
        lastProbabilities[..rest].CopyTo(probabilities[whole..]);
    }

    private double Interpolate(double score)
    {
        int above = Array.BinarySearch(_scores, score);
        if (above >= 0) return _probabilities[above];
        above = ~above;
        if (above == 0) return _probabilities[0];
        if (above == _scores.Length) return _probabilities[^1];
        double share = (score - _scores[above - 1]) / (_scores[above] - _scores[above - 1]);
        return _probabilities[above - 1] + (share * (_probabilities[above] - _probabilities[above - 1]));
    }
}
