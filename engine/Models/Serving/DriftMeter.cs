namespace Rubato;

/// <summary>Collects what two versions answered to the same rows. One thread writes, any reads.</summary>
internal sealed class DriftMeter(int served, int candidate, ShadowRules rules)
{
    private const int KeptMax = 1 << 16; // differences; beyond, every new one replaces a random old one
    private const int TimesMax = 1 << 12;
    private const int ValuesForRanks = 3;

    private readonly Lock _lock = new();
    private readonly Random _random = new(20_260_801);
    private readonly List<float> _differences = [];
    private readonly List<float> _served = [];
    private readonly List<float> _candidate = [];
    private readonly List<double> _servedSeconds = [];
    private readonly List<double> _candidateSeconds = [];
    private double _correlations;
    private long _correlated;
    private long _values;
    private long _samples;
    private long _rows;
    private long _failures;

    /// <summary>Whether there are enough samples for a verdict.</summary>
    public bool IsDecided
    {
        get { lock (_lock) return _samples >= rules.SamplesMin; }
    }

    /// <summary>The candidate failed where the served version did not.</summary>
    public void AddFailure()
    {
        lock (_lock) (_samples, _failures) = (_samples + 1, _failures + 1);
    }

    /// <summary>Both answered.</summary>
    /// <param name="servedValues">finite</param> <param name="candidateValues">as many, finite</param> <param name="rows">rows that they belong to</param>
    /// <param name="servedSeconds">time of the run</param> <param name="candidateSeconds">time of the run</param>
    public void Add(ReadOnlySpan<float> servedValues, ReadOnlySpan<float> candidateValues, int rows, double servedSeconds, double candidateSeconds)
    {
        lock (_lock)
        {
            _samples++;
            _rows += rows;
            if (servedValues.Length >= ValuesForRanks)
            {
                _correlations += RankCorrelation.Spearman(servedValues, candidateValues);
                _correlated++;
            }
            for (int i = 0; i < servedValues.Length; i++) Keep(servedValues[i], candidateValues[i]);
            if (_servedSeconds.Count == TimesMax) return;
            _servedSeconds.Add(servedSeconds);
            _candidateSeconds.Add(candidateSeconds);
        }
    }

    /// <summary>What has been seen so far, with a verdict once there are enough samples.</summary>
    public DriftReport Report()
    {
        lock (_lock)
        {
            float[] differences = [.. _differences.Order()];
            double correlation = _correlated > 0 ? _correlations / _correlated
                : _served.Count >= ValuesForRanks ? RankCorrelation.Spearman([.. _served], [.. _candidate]) : double.NaN;
            var report = new DriftReport(served, candidate, _samples, _rows, _failures, correlation, At(differences, 0.5), At(differences, 0.95),
                At(differences, 0.99), At(differences, 1), Median(_candidateSeconds) / Median(_servedSeconds), Verdict: null);
            return _samples >= rules.SamplesMin ? report with { Verdict = Judge(report) } : report;
        }
    }

    private string Judge(DriftReport report)
    {
        if (report.Failures > 0) return $"failed on {report.Failures} of {report.Samples} samples that version {report.Served} answered";
        if (!(report.RankCorrelation >= rules.RankCorrelationMin) && _values > 1) return $"rank correlation {report.RankCorrelation:0.000} (expected at least {rules.RankCorrelationMin})";
        if (!(report.Difference99 <= rules.DifferenceMax)) return $"99 % of differences up to {report.Difference99:g4} (expected at most {rules.DifferenceMax})";
        if (!(report.LatencyRatio <= rules.LatencyRatioMax)) return $"{report.LatencyRatio:0.00} times the time of version {report.Served} (expected at most {rules.LatencyRatioMax})";
        return DriftReport.Passed;
    }

    private void Keep(float servedValue, float candidateValue)
    {
        _values++;
        int place = _differences.Count < KeptMax ? _differences.Count : (int)_random.NextInt64(_values);
        if (place >= KeptMax) return;
        float difference = Math.Abs(candidateValue - servedValue);
        if (place == _differences.Count)
        {
            _differences.Add(difference);
            _served.Add(servedValue);
            _candidate.Add(candidateValue);
        }
        else
        {
            (_differences[place], _served[place], _candidate[place]) = (difference, servedValue, candidateValue);
        }
    }

    private static double At(float[] sorted, double share) => sorted.Length == 0 ? double.NaN : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];

    private static double Median(List<double> values) => values.Count == 0 ? double.NaN : values.Order().ElementAt(values.Count / 2);
}
