namespace Rubato.Tests.Dry;

/// <summary>How many callers ask for what until every campaign has run dry.</summary>
/// <param name="Requests">RECOMMEND requests in all</param>
/// <param name="Connections">concurrent connections, one request in flight each</param>
/// <param name="Campaigns">campaigns</param>
/// <param name="DeliveriesPerCampaign">what each budget pays for, about</param>
/// <param name="Seed">of listeners, candidates and budgets</param>
internal sealed record DryRunOptions(int Requests, int Connections, int Campaigns, int DeliveriesPerCampaign, int Seed);
