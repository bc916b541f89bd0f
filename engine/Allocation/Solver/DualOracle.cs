using Rubato.Kernels.Allocation;

namespace Rubato;

/// <summary>Evaluates the dual of a problem on all threads; private sums per thread, added in a fixed order.</summary>
internal sealed class DualOracle : IDisposable
{
    private readonly OracleSums[] _sums;
    private readonly OraclePrices _prices;
    private readonly Action<int> _evaluate, _reduceCurvature;
    private readonly int[] _firstSliceOfWorkers;
    private readonly IRankExchange _ranks;
    private readonly double[] _shared; // what ranks exchange per pass: campaign sums, quality, and four numbers
    private readonly double _listeners;
    private IOracleKernel _kernel = OracleKernels.Double;
    private bool _withCurvature;

    public DualOracle(AllocationProblem problem, DualRows rows, WorkerTeam team, CurvatureForm form, IRankExchange ranks)
    {
        Rows = rows;
        Team = team;
        _ranks = ranks;
        Edges = EdgeSlicesBuilder.Build(problem.Edges, rows.Gates, problem.CohortCount, team.Size);
        _prices = new OraclePrices(problem.CampaignCount, problem.CohortCount);
        _sums = new OracleSums[team.Size];
        for (int i = 0; i < _sums.Length; i++) _sums[i] = new OracleSums(Edges, NewCurvature(form));
        _firstSliceOfWorkers = new int[team.Size + 1];
        _shared = new double[_sums[0].Campaign.Length + _sums[0].Quality.Length + 4];
        Span<double> listeners = [Edges.ListenerCount];
        ranks.Sum(listeners);
        _listeners = listeners[0];
        _evaluate = worker =>
        {
            _sums[worker].Clear(_withCurvature);
            _kernel.Evaluate(Edges, _prices, _firstSliceOfWorkers[worker], _firstSliceOfWorkers[worker + 1], _sums[worker]);
        };
        _reduceCurvature = ReduceCurvature;
    }

    public DualRows Rows { get; }

    public EdgeSlices Edges { get; }

    /// <summary>Listeners of all ranks that can receive anything.</summary>
    public double ListenerCount => _listeners;

    public WorkerTeam Team { get; }

    /// <summary>Passes over the edges so far; a pass over a part of the listeners counts as that part.</summary>
    public double Passes { get; private set; }

    /// <summary>Hands out the second derivatives of the last evaluation that asked for them, as a matrix, and goes on with another one.</summary>
    public DenseCurvature ExchangeMatrix(DenseCurvature other)
    {
        var made = (DenseCurvature)_sums[0].Curvature!;
        _sums[0].Curvature = other;
        return made;
    }

    /// <summary>Likewise as the fractional edges of each worker.</summary>
    public void ExchangeEdges(EdgeCurvature[] others)
    {
        for (int i = 0; i < _sums.Length; i++)
        {
            var made = (EdgeCurvature)_sums[i].Curvature!;
            _sums[i].Curvature = others[i];
            others[i] = made;
        }
    }

    /// <summary>An empty list of fractional edges for <see cref="ExchangeEdges"/>.</summary>
    public EdgeCurvature NewEdgeCurvature() => new(Edges.Margins.Length > 0, Edges.WidthMax);

    /// <summary>Adds up over the ranks what every one of them has.</summary>
    public void SumOverRanks(Span<double> values) => _ranks.Sum(values);

    /// <summary>Evaluates the smoothed and the unsmoothed dual.</summary>
    /// <param name="point">Prices is read, the rest overwritten</param> <param name="smoothing">γ</param> <param name="kernel">variant</param>
    /// <param name="withCurvature">whether second derivatives are wanted</param>
    /// <param name="slices">how many slices to use: a sample of the listeners stands for all of them, with the limits scaled down</param>
    public void Evaluate(DualPoint point, double smoothing, IOracleKernel kernel, bool withCurvature, int slices)
    {
        point.Smoothing = smoothing;
        _kernel = kernel;
        _withCurvature = withCurvature;
        SetPrices(point.Prices, smoothing);
        for (int i = 0, slice = 0; i <= Team.Size; i++)
        {
            int target = (int)((long)Edges.Starts[slices] * i / Team.Size);
            while (slice < slices && Edges.Starts[slice] < target) slice++;
            _firstSliceOfWorkers[i] = slice;
        }
        Team.Run(_evaluate);
        for (int i = 1; i < _sums.Length; i++) _sums[0].Add(_sums[i]);
        double share = _listeners == 0 ? 1 : Exchange(slices) / _listeners;
        if (withCurvature && _sums[0].Curvature is DenseCurvature matrix)
        {
            if (Team.Size > 1) Team.Run(_reduceCurvature);
            _ranks.Sum(matrix.Packed);
        }
        Passes += share;
        Collect(point, smoothing, share);
    }

    public void Dispose() => Team.Dispose();

    private Curvature? NewCurvature(CurvatureForm form) => form switch
    {
        CurvatureForm.Matrix => new DenseCurvature(Rows.Prices, Edges.WidthMax),
        CurvatureForm.Edges => NewEdgeCurvature(),
        _ => null,
    };

    private void SetPrices(double[] prices, double smoothing)
    {
        PriceRows rows = Rows.Prices;
        _prices.Smoothing = smoothing;
        for (int j = 0; j < rows.Budget.Length; j++)
        {
            _prices.Budget[j] = At(rows.Budget[j]);
            _prices.Offset[j] = At(rows.Promise[j]) - At(rows.Licensor[j]);
        }
        for (int h = 0; h < rows.Cohort.Length; h++) _prices.Cohort[h] = At(rows.Cohort[h]);
        _prices.Round();

        double At(int row) => row < 0 ? 0 : prices[row];
    }

    private void Collect(DualPoint point, double smoothing, double share)
    {
        OracleSums sums = _sums[0];
        PriceRows rows = Rows.Prices;
        double[] usage = point.Usage, gradient = point.Gradient;
        Array.Clear(usage);
        for (int j = 0; j < rows.Budget.Length; j++)
        {
            double delivery = sums.Campaign[2 * j + 1];
            if (rows.Budget[j] >= 0) usage[rows.Budget[j]] = sums.Campaign[2 * j];
            if (rows.Promise[j] >= 0) usage[rows.Promise[j]] = delivery;
            if (rows.Licensor[j] >= 0) usage[rows.Licensor[j]] += delivery;
        }
        for (int h = 0; h < rows.Cohort.Length; h++) if (rows.Cohort[h] >= 0) usage[rows.Cohort[h]] = sums.Quality[h];
        int upperLimits = Rows.BudgetCount, licensors = upperLimits + Rows.PromiseCount, cohorts = licensors + Rows.LicensorRowCount;
        double linear = 0;
        for (int i = 0; i < gradient.Length; i++)
        {
            bool capped = i < upperLimits || (i >= licensors && i < cohorts);
            gradient[i] = share * Rows.Limits[i] + (capped ? -usage[i] : usage[i]);
            linear += share * Rows.Limits[i] * point.Prices[i];
        }
        point.Value = linear + sums.Linear - smoothing / 2 * sums.Square;
        point.Bound = linear + sums.Bound;
        point.Lagrangian = linear + sums.Linear;
    }

    // Adds up the sums of all ranks; returns the listeners that took part.
    private double Exchange(int slices)
    {
        OracleSums sums = _sums[0];
        int listeners = Edges.ListenersBefore[slices];
        if (_ranks.Size == 1) return listeners;
        Span<double> campaign = _shared.AsSpan(0, sums.Campaign.Length), quality = _shared.AsSpan(campaign.Length, sums.Quality.Length), rest = _shared.AsSpan(^4..);
        sums.Campaign.CopyTo(campaign);
        sums.Quality.CopyTo(quality);
        (rest[0], rest[1], rest[2], rest[3]) = (sums.Bound, sums.Linear, sums.Square, listeners);
        _ranks.Sum(_shared);
        campaign.CopyTo(sums.Campaign);
        quality.CopyTo(sums.Quality);
        (sums.Bound, sums.Linear, sums.Square) = (rest[0], rest[1], rest[2]);
        return rest[3];
    }

    private void ReduceCurvature(int worker)
    {
        double[] total = Packed(0);
        int from = (int)((long)total.Length * worker / Team.Size), end = (int)((long)total.Length * (worker + 1) / Team.Size);
        Span<double> target = total.AsSpan(from, end - from);
        for (int i = 1; i < _sums.Length; i++)
        {
            ReadOnlySpan<double> source = Packed(i).AsSpan(from, end - from);
            for (int k = 0; k < target.Length; k++) target[k] += source[k];
        }

        double[] Packed(int of) => ((DenseCurvature)_sums[of].Curvature!).Packed;
    }
}
