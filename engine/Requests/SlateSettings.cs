namespace Rubato;

/// <summary>The shape of the slate that a RECOMMEND request asks for.</summary>
/// <param name="Slots">tracks wanted, 1 to <see cref="BatchLimits.SlotsMax"/></param>
/// <param name="LicensorSlotsMax">most slots that one licensor's tracks may fill; 0 = no maximum</param>
/// <param name="RetrievalDepth">
/// tracks retrieved by similarity and weighed against each other, up to <see cref="BatchLimits.RetrievalDepthMax"/>;
/// 0 = <see cref="BatchLimits.RetrievalDepth"/>; never fewer than the slots
/// </param>
/// <param name="QualityLossMax">ε of the quality floor, 0 to 1: mean relevance that the slate may lose against the organic one; null = <see cref="EngineOptions.QualityLossMax"/></param>
/// <param name="LosersMax">candidates that lost, to be listed behind the slate with what blocked them; 0 = none</param>
public readonly record struct SlateSettings(
    int Slots, int LicensorSlotsMax = 0, int RetrievalDepth = 0, double? QualityLossMax = null, int LosersMax = 0);
