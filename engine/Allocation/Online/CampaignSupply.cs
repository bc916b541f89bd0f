namespace Rubato;

/// <summary>What a delivery of one campaign needs.</summary>
/// <param name="Account">the budget; null where a delivery costs nothing</param>
/// <param name="SpendMicros">micro-units of one delivery</param>
/// <param name="Frequency">counts deliveries per listener; null without a frequency cap</param>
/// <param name="DeliveriesMax">the cap</param>
internal readonly record struct CampaignSupply(BudgetAccount? Account, long SpendMicros, FrequencyCounter? Frequency, int DeliveriesMax);
