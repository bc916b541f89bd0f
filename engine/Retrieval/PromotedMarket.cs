namespace Rubato;

/// <summary>What the campaigns that gave in a market when it was last asked for promote.</summary>
/// <param name="campaigns">how many there are</param> <param name="words">of a bitmap</param>
internal sealed class PromotedMarket(int campaigns, int words)
{
    /// <summary>The market; none stands for requests that name none.</summary>
    public Market Market { get; private set; }

    /// <summary>[campaigns] which of them gave.</summary>
    public bool[] Gives { get; } = new bool[campaigns];

    /// <summary>[words] the rows that those promote.</summary>
    public ulong[] Rows { get; } = new ulong[words];

    /// <summary>Becomes another market, in which nothing is promoted yet.</summary>
    public void Start(Market market)
    {
        Market = market;
        Gives.AsSpan().Clear();
        Rows.AsSpan().Clear();
    }
}
