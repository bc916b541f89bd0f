namespace Rubato;

/// <summary>Shadow prices of one solve: what the constraints of DESIGN's allocation problem are worth at the optimum. Immutable.</summary>
/// <remarks>All prices are in units of the weighted objective, finite and 0 to <see cref="PriceMax"/>.</remarks>
public sealed class PriceSet
{
    /// <summary>Largest price; with it no score leaves the range of fp32.</summary>
    public const double PriceMax = 1e12;

    private readonly double[] _budget, _promise, _licensor, _cohort;
    private readonly uint[] _campaignIds, _licensorIds, _cohortIds;

    /// <param name="generation">number of the price set, 1 or more; 0 is "no prices"</param>
    /// <param name="created">when the solve ended</param>
    /// <param name="campaignIds">[campaigns], unique</param>
    /// <param name="licensorIds">[licensors], unique</param>
    /// <param name="cohortIds">[cohorts], unique</param>
    /// <param name="budget">λ, [campaigns], per currency unit of spend</param>
    /// <param name="promise">μ, [campaigns], per delivery</param>
    /// <param name="licensor">ν, [licensors], per delivery</param>
    /// <param name="cohort">κ, [cohorts], per unit of margin</param>
    /// <exception cref="ArgumentException">Lengths disagree, an id repeats, or a price is not 0 to PriceMax.</exception>
    public PriceSet(long generation, DateTimeOffset created, uint[] campaignIds, uint[] licensorIds, uint[] cohortIds,
        double[] budget, double[] promise, double[] licensor, double[] cohort)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(generation, 1);
        Generation = generation;
        Created = created;
        _campaignIds = Unique(campaignIds, nameof(campaignIds));
        _licensorIds = Unique(licensorIds, nameof(licensorIds));
        _cohortIds = Unique(cohortIds, nameof(cohortIds));
        _budget = Checked(budget, campaignIds.Length, nameof(budget));
        _promise = Checked(promise, campaignIds.Length, nameof(promise));
        _licensor = Checked(licensor, licensorIds.Length, nameof(licensor));
        _cohort = Checked(cohort, cohortIds.Length, nameof(cohort));
    }

    /// <summary>Number of the price set, 1 or more.</summary>
    public long Generation { get; }

    /// <summary>When the solve ended.</summary>
    public DateTimeOffset Created { get; }

    /// <summary>Campaign ids in the order of Budget and Promise.</summary>
    public ReadOnlySpan<uint> CampaignIds => _campaignIds;

    /// <summary>Licensor ids in the order of Licensor.</summary>
    public ReadOnlySpan<uint> LicensorIds => _licensorIds;

    /// <summary>Cohort ids in the order of Cohort.</summary>
    public ReadOnlySpan<uint> CohortIds => _cohortIds;

    /// <summary>λ: price of a campaign's budget, per currency unit of spend, [campaigns].</summary>
    public ReadOnlySpan<double> Budget => _budget;

    /// <summary>μ: price of a campaign's promised delivery, per delivery, [campaigns].</summary>
    public ReadOnlySpan<double> Promise => _promise;

    /// <summary>ν: price of a licensor's cap, per delivery, [licensors].</summary>
    public ReadOnlySpan<double> Licensor => _licensor;

    /// <summary>κ: price of a cohort's quality floor, per unit of margin, [cohorts].</summary>
    public ReadOnlySpan<double> Cohort => _cohort;

    /// <summary>Index of the first price that is not 0 to PriceMax, or −1.</summary>
    internal static int IndexOfBad(ReadOnlySpan<double> prices)
    {
        for (int i = 0; i < prices.Length; i++)
            if (!(prices[i] >= 0 && prices[i] <= PriceMax)) return i; // written so that NaN is bad
        return -1;
    }

    private static uint[] Unique(uint[] ids, string name) => new HashSet<uint>(ids).Count == ids.Length ? ids
        : throw new ArgumentException("an id appears twice", name);

    private static double[] Checked(double[] prices, int length, string name)
    {
        if (prices.Length != length) throw new ArgumentException($"{prices.Length} prices for {length} ids", name);
        int bad = IndexOfBad(prices);
        return bad < 0 ? prices : throw new ArgumentException($"price {bad} is {prices[bad]} (expected 0 to {PriceMax})", name);
    }
}
