namespace Rubato;

/// <summary>The terms of one promotion score, each with its sign, in units of the weighted objective.</summary>
internal readonly record struct ScoreTerms(
    double Relevance, double Promotion, double Budget, double Promise, double Licensor, double Cohort)
{
    /// <summary>The score before rounding: the terms from left to right, in double.</summary>
    public double Sum => Relevance + Promotion + Budget + Promise + Licensor + Cohort;
}
