namespace Rubato;

/// <summary>What a caller gives to a model of the pipeline.</summary>
/// <param name="Listener">[dimension], one for all rows; of a tower none</param>
/// <param name="Tracks">[rows] track ids, or none</param>
/// <param name="Rows">1 or more</param>
/// <param name="Features">[rows, width]; of a tower the listeners' features, of a ranker what is known of listener and candidate together; NaN is a missing value where model.json says that the inputs take it</param>
public readonly record struct RoleInputs(PinnedSpan<float> Listener, PinnedSpan<long> Tracks, int Rows, PinnedSpan<float> Features);
