namespace Rubato;

/// <summary>Shadow prices of one solve: what the constraints of the allocation problem are worth at the optimum.</summary>
/// <remarks>Prices are in units of the weighted objective, 0 to <see cref="PriceMax"/>. The arrays belong to the set: nobody changes them later.</remarks>
public sealed record PriceSet
{
    /// <summary>Largest price; with it no score leaves the range of fp32.</summary>
    public const double PriceMax = 1e12;

    /// <summary>Number of the price set, 1 or more; 0 is "no prices".</summary>
    public required long Generation { get; init; }

    /// <summary>When the solve ended.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>[campaigns] ids, each once, in the order of Budget and Promise.</summary>
    public uint[] CampaignIds { get; init; } = [];

    /// <summary>[licensors] ids, each once, in the order of Licensor.</summary>
    public uint[] LicensorIds { get; init; } = [];

    /// <summary>[cohorts] ids, each once, in the order of Cohort.</summary>
    public uint[] CohortIds { get; init; } = [];

    /// <summary>λ: price of a campaign's budget, per currency unit of spend, [campaigns].</summary>
    public double[] Budget { get; init; } = [];

    /// <summary>μ: price of a campaign's promised delivery, per delivery, [campaigns].</summary>
    public double[] Promise { get; init; } = [];

    /// <summary>ν: price of a licensor's cap, per delivery, [licensors].</summary>
    public double[] Licensor { get; init; } = [];

    /// <summary>κ: price of a cohort's quality floor, per unit of margin, [cohorts].</summary>
    public double[] Cohort { get; init; } = [];

    /// <summary>The set itself, checked.</summary>
    /// <exception cref="ArgumentException">The generation is below 1, lengths disagree, an id repeats, or a price is not 0 to PriceMax.</exception>
    public PriceSet Validated()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Generation, 1, nameof(Generation));
        CheckIds(CampaignIds, nameof(CampaignIds));
        CheckIds(LicensorIds, nameof(LicensorIds));
        CheckIds(CohortIds, nameof(CohortIds));
        CheckPrices(Budget, CampaignIds.Length, nameof(Budget));
        CheckPrices(Promise, CampaignIds.Length, nameof(Promise));
        CheckPrices(Licensor, LicensorIds.Length, nameof(Licensor));
        CheckPrices(Cohort, CohortIds.Length, nameof(Cohort));
        return this;
    }

    /// <summary>Index of the first price that is not 0 to PriceMax, or −1.</summary>
    internal static int IndexOfBad(ReadOnlySpan<double> prices)
    {
        for (int i = 0; i < prices.Length; i++)
            if (!(prices[i] >= 0 && prices[i] <= PriceMax)) return i; // written so that NaN is bad
        return -1;
    }

    private static void CheckIds(uint[] ids, string name)
    {
        if (new HashSet<uint>(ids).Count != ids.Length) throw new ArgumentException("an id appears twice", name);
        if (ids.Contains(0u)) throw new ArgumentException("id 0 (expected 1 to 4294967295)", name);
    }

    private static void CheckPrices(double[] prices, int length, string name)
    {
        if (prices.Length != length) throw new ArgumentException($"{prices.Length} prices for {length} ids", name);
        int bad = IndexOfBad(prices);
        if (bad >= 0) throw new ArgumentException($"price {bad} is {prices[bad]} (expected 0 to {PriceMax})", name);
    }
}
