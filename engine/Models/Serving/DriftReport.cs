namespace Rubato;

/// <summary>How a version answers compared with the one in service, on the same rows.</summary>
/// <param name="Served">version in service</param>
/// <param name="Candidate">version in its shadow</param>
/// <param name="Samples">runs compared</param>
/// <param name="Rows">rows compared</param>
/// <param name="Failures">runs that only the candidate failed</param>
/// <param name="RankCorrelation">Spearman's, mean over samples of three values and more; over all values where there is none such; NaN without any</param>
/// <param name="DifferenceMedian">of |candidate − served| over values</param>
/// <param name="Difference95">95 % of the differences are no larger</param>
/// <param name="Difference99">99 % of the differences are no larger</param>
/// <param name="DifferenceMax">the largest</param>
/// <param name="LatencyRatio">median run of the candidate ÷ median run of the served version, each sample run by both in turn</param>
/// <param name="Verdict">null while samples are missing; "passed"; or what fell short</param>
public sealed record DriftReport(int Served, int Candidate, long Samples, long Rows, long Failures, double RankCorrelation, double DifferenceMedian,
    double Difference95, double Difference99, double DifferenceMax, double LatencyRatio, string? Verdict)
{
    /// <summary>The verdict of a candidate that may take the label.</summary>
    public const string Passed = "passed";
}
