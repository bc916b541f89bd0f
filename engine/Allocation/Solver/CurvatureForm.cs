namespace Rubato;

/// <summary>What an oracle makes of second derivatives.</summary>
internal enum CurvatureForm
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A dense matrix.</summary>
    Matrix,

    /// <summary>The fractional edges.</summary>
    Edges,
}
