namespace Rubato;

/// <summary>What one campaign adds to a score, with the prices of one generation, and when it runs.</summary>
/// <remarks>A record per campaign instead of columns: a candidate's campaigns are read whole, one cache line each.</remarks>
/// <param name="PromotionPerRelevance">weight × value per delivery, in currency units</param>
/// <param name="SpendUnits">spend per delivery, in currency units</param>
/// <param name="Budget">− spend per delivery × λ</param>
/// <param name="Promise">+ μ</param>
/// <param name="Licensor">− ν of the campaign's licensor</param>
/// <param name="StartTicks">first instant, UTC ticks</param>
/// <param name="EndTicks">first instant after it, UTC ticks</param>
internal readonly record struct CampaignTerm(
    double PromotionPerRelevance, double SpendUnits, double Budget, double Promise, double Licensor, long StartTicks, long EndTicks);
