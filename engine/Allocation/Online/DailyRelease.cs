namespace Rubato;

/// <summary>What a day may hand out: decided by <see cref="DailyBudgets.Plan"/>, in force once it is kept.</summary>
/// <param name="Day">the day, UTC</param>
/// <param name="SettledBefore">micro-units that campaigns with a daily budget had settled when the day's budget began to count, by id</param>
/// <param name="IsNew">whether this is not on disk yet</param>
internal sealed record DailyRelease(DateOnly Day, Dictionary<uint, long> SettledBefore, bool IsNew)
{
    /// <summary>What the ledger may hand out of a campaign's budget by the end of the day, micro-units.</summary>
    public long MicrosOf(Campaign campaign) => campaign.DailyBudgetMicros == campaign.BudgetMicros ? campaign.BudgetMicros
        : (long)Int128.Min(campaign.BudgetMicros, (Int128)SettledBefore[campaign.Id] + campaign.DailyBudgetMicros);
}
