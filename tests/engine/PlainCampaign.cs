namespace Rubato.Tests;

/// <summary>A campaign as the judge sees it.</summary>
internal sealed record PlainCampaign(uint Id, uint Licensor, long[] Tracks, long ValueMicros, long SpendMicros,
    DateTimeOffset Start, DateTimeOffset End, string[] Markets);
