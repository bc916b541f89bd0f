namespace Rubato;

/// <summary>The shape of the slate that a RECOMMEND request asks for.</summary>
/// <param name="Slots">tracks wanted, 1 to <see cref="BatchLimits.SlotsMax"/></param>
/// <param name="LicensorSlotsMax">most slots that one licensor's tracks may fill; 0 = no maximum</param>
/// <param name="RetrievalDepth">
/// tracks retrieved by similarity and weighed against each other, up to <see cref="BatchLimits.RetrievalDepthMax"/>;
/// 0 = <see cref="BatchLimits.RetrievalDepth"/>; never fewer than the slots
/// </param>
public readonly record struct SlateSettings(int Slots, int LicensorSlotsMax = 0, int RetrievalDepth = 0);
