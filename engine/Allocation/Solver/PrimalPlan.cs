using Rubato.Kernels.Allocation;

namespace Rubato;

/// <summary>
/// A feasible allocation made from prices: each listener's smoothed choice, scaled down where a budget, cap or floor is violated.
/// In double, from the raw columns; entries are rounded down to single precision, so that rounding violates no limit.
/// </summary>
internal sealed partial class PrimalPlan
{
    private readonly AllocationProblem _problem;
    private readonly DualRows _rows;
    private readonly WorkerTeam _team;
    private readonly IRankExchange _ranks;
    private readonly PrimalSums[] _sums;
    private readonly (double[] Reduced, int[] Edge)[] _positive; // scratch of each worker, for the longest listener
    private readonly bool[] _promised;
    private readonly double[] _campaignFactors, _cohortFactorsFree, _cohortFactorsPromised;
    private readonly Action<int> _choose, _scaleCampaigns, _scaleCohorts;
    private AllocationPrices? _prices;
    private double _smoothing;

    public PrimalPlan(AllocationProblem problem, DualRows rows, WorkerTeam team, IRankExchange ranks)
    {
        (_problem, _rows, _team, _ranks) = (problem, rows, team, ranks);
        int degreeMax = 0;
        for (int i = 0; i < problem.ListenerCount; i++)
            degreeMax = (int)Math.Max(degreeMax, problem.Columns.Starts[i + 1] - problem.Columns.Starts[i]);
        _sums = new PrimalSums[team.Size];
        _positive = new (double[], int[])[team.Size];
        for (int i = 0; i < team.Size; i++) (_sums[i], _positive[i]) = (new PrimalSums(problem), (new double[degreeMax], new int[degreeMax]));
        _promised = new bool[problem.CampaignCount];
        for (int j = 0; j < _promised.Length; j++) _promised[j] = rows.Prices.Promise[j] >= 0;
        _campaignFactors = new double[problem.CampaignCount];
        (_cohortFactorsFree, _cohortFactorsPromised) = (new double[problem.CohortCount], new double[problem.CohortCount]);
        _choose = worker => ForListeners(worker, Choose);
        _scaleCampaigns = worker => ForListeners(worker, ScaleCampaigns);
        _scaleCohorts = worker => ForListeners(worker, ScaleCohorts);
    }

    /// <summary>[edges] x; none before the first is made, when second derivatives need the memory most.</summary>
    public float[] Allocation { get; private set; } = [];

    /// <summary>Makes the allocation for these prices; returns Σ c x − Σ penalty · shortfall.</summary>
    public double Make(AllocationPrices prices, double smoothing)
    {
        (_prices, _smoothing) = (prices, smoothing);
        Reserve();
        Run(_choose);
        if (FindCampaignFactors()) Run(_scaleCampaigns);
        if (FindCohortFactors()) Run(_scaleCohorts);
        return _sums[0].Value - Shortfalls().Select((missed, j) => missed == 0 ? 0 : missed * _problem.Penalties[j]).Sum();
    }

    /// <summary>Makes the empty allocation.</summary>
    public void Clear()
    {
        Reserve();
        Array.Clear(Allocation);
        _sums[0].Clear();
    }

    private void Reserve()
    {
        if (Allocation.Length != _problem.EdgeCount) Allocation = new float[_problem.EdgeCount];
    }

    /// <summary>[campaigns] promised deliveries that the allocation misses; empty without promises.</summary>
    public double[] Shortfalls()
    {
        double[] promised = _problem.Columns.Promised, missed = new double[promised.Length];
        for (int j = 0; j < missed.Length; j++) missed[j] = Math.Max(0, promised[j] - _sums[0].Campaign[2 * j + 1]);
        return missed;
    }

    /// <summary>Violations of the allocation as it stands; 0 unless the arithmetic failed.</summary>
    public AllocationViolations Violations()
    {
        AllocationColumns columns = _problem.Columns;
        double[] used = _sums[0].Campaign, byLicensor = new double[columns.Caps.Length];
        double budget = 0, licensor = 0, cohort = 0;
        for (int j = 0; j < _problem.CampaignCount; j++)
        {
            budget = Math.Max(budget, Excess(used[2 * j], columns.Budgets[j]));
            if (byLicensor.Length > 0) byLicensor[columns.Licensors[j]] += used[2 * j + 1];
        }
        for (int l = 0; l < byLicensor.Length; l++) licensor = Math.Max(licensor, Excess(byLicensor[l], columns.Caps[l]));
        for (int h = 0; h < _problem.CohortCount; h++)
        {
            ReadOnlySpan<double> quality = QualityOf(h);
            double up = quality[0], down = quality[1] + quality[2];
            if (down > up) cohort = Math.Max(cohort, (down - up) / (down + up));
        }
        return new AllocationViolations(budget, licensor, cohort, _sums[0].SlotExcess);
    }

    private static double Excess(double used, double limit) => used <= limit ? 0 : limit > 0 ? used / limit - 1 : used;

    private ReadOnlySpan<double> QualityOf(int cohort)
        => _sums[0].Quality.AsSpan(PrimalSums.QualityColumns * cohort, PrimalSums.QualityColumns);

    private void Run(Action<int> work)
    {
        _team.Run(work);
        for (int i = 1; i < _sums.Length; i++) _sums[0].Add(_sums[i]);
        _sums[0].Exchange(_ranks);
    }

    private void ForListeners(int worker, Action<int, int> work)
    {
        _sums[worker].Clear();
        long[] starts = _problem.Columns.Starts;
        for (int listener = FirstOf(worker), end = FirstOf(worker + 1); listener < end; listener++)
        {
            work(worker, listener);
            double delivered = 0;
            for (int e = (int)starts[listener]; e < starts[listener + 1]; e++)
            {
                if (Allocation[e] == 0) continue;
                delivered += Allocation[e];
                AddTo(_sums[worker], listener, e);
            }
            if (delivered > _problem.Columns.Slots[listener])
                _sums[worker].SlotExcess = Math.Max(_sums[worker].SlotExcess, delivered / _problem.Columns.Slots[listener] - 1);
        }
    }

    private int FirstOf(int worker)
    {
        if (worker == _team.Size) return _problem.ListenerCount;
        long edge = (long)_problem.EdgeCount * worker / _team.Size;
        int at = Array.BinarySearch(_problem.Columns.Starts, 0, _problem.ListenerCount, edge);
        return at < 0 ? ~at : at;
    }

    private void AddTo(PrimalSums sums, int listener, int e)
    {
        EdgeColumns edges = _problem.Edges;
        double x = Allocation[e];
        int campaign = edges.Campaigns[e];
        sums.Campaign[2 * campaign] += edges.Spends[e] * x;
        sums.Campaign[2 * campaign + 1] += x;
        sums.Value += edges.Values[e] * x;
        if (edges.Margins.Length == 0 || edges.Cohorts[listener] < 0) return;
        double q = edges.Margins[e];
        int column = q >= 0 ? 0 : _promised[campaign] ? 2 : 1;
        sums.Quality[PrimalSums.QualityColumns * edges.Cohorts[listener] + column] += Math.Abs(q) * x;
    }

    private void Choose(int worker, int listener)
    {
        EdgeColumns edges = _problem.Edges;
        AllocationPrices prices = _prices!;
        int from = (int)edges.Starts[listener], count = (int)(edges.Starts[listener + 1] - from);
        double floor = edges.Cohorts.Length > 0 && edges.Cohorts[listener] >= 0 ? prices.Cohort[edges.Cohorts[listener]] : 0;
        Allocation.AsSpan(from, count).Clear();
        (double[] reduced, int[] edgeOf) = _positive[worker];
        int positive = 0; // few edges are worth more than their prices; the projection sees only those
        for (int e = from; e < from + count; e++)
        {
            int campaign = edges.Campaigns[e];
            double r = edges.Values[e] - edges.Spends[e] * prices.Budget[campaign];
            if (prices.Promise.Length > 0) r += prices.Promise[campaign];
            if (prices.Licensor.Length > 0) r -= prices.Licensor[_problem.Columns.Licensors[campaign]];
            if (floor != 0) r += edges.Margins[e] * floor;
            if (r <= 0 || !IsUsable(campaign, e)) continue;
            reduced[positive] = r;
            edgeOf[positive++] = e;
        }
        double threshold = SlotProjection.Threshold(reduced.AsSpan(0, positive), edges.Slots[listener], _smoothing);
        for (int i = 0; i < positive; i++) Allocation[edgeOf[i]] = RoundDown(Math.Clamp((reduced[i] - threshold) / _smoothing, 0, 1));
    }

    private bool IsUsable(int campaign, int e) => _rows.Gates[campaign] switch
    {
        CampaignGate.Open => true,
        CampaignGate.FreeEdgesOnly => _problem.Edges.Spends[e] == 0,
        _ => false,
    };

    private static float RoundDown(double x)
    {
        float rounded = (float)x;
        return rounded > x ? MathF.BitDecrement(rounded) : rounded;
    }
}
