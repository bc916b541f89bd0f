using System.Diagnostics;
using Rubato.Kernels.Allocation;

namespace Rubato;

/// <summary>One solve: stages of falling smoothing, each a few steps of the dual method; at the end feasible allocations until the gap is closed.</summary>
internal sealed class AllocationRun : IDisposable
{
    private const double FirstSmoothing = 0.3, WarmSmoothing = 0.03, SmallestSmoothing = 1e-10; // times the value of a delivery
    private const double StageTolerance = 0.2;      // imbalance ÷ smoothing cost at which a stage has done its work
    private const double FinalShare = 0.6;          // smoothing cost ÷ wanted gap at which allocations are tried
    private const double FinalTolerance = 0.3;      // repair loss ÷ wanted gap at which the first one is tried
    private const int SampleListenersMin = 300_000; // below, a sample misleads more than it saves
    private const int SampleParts = 8, SampleStages = 2, StagesMax = 60, TriesMax = 200;
    private const int NewtonStepsMax = 60, GradientStepsMax = 5_000;
    private readonly AllocationProblem _problem;
    private readonly AllocationOptions _options;
    private readonly IRankExchange _ranks;
    private readonly Action<AllocationProgress>? _progress;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<AllocationProgress> _history = [];
    private readonly DualRows _rows;
    private readonly DualScales _scales;
    private readonly DualOracle _oracle;
    private readonly IOracleKernel _kernel;
    private readonly IDualMethod _method;
    private readonly BestPrimal _primal;
    private readonly PricePath _path;
    private readonly SmoothingSchedule _schedule;
    private readonly double[] _bestVector;
    private readonly double _layoutSeconds;
    private readonly int _stepsMax;
    private double _bestBound = double.PositiveInfinity, _tolerance = FinalTolerance, _primalSeconds;
    private int _slices;
    private bool _isFull; // whether the stage sees all listeners or a sample

    /// <param name="problem">the listeners of this rank</param> <param name="options">the same on every rank</param>
    /// <param name="progress">null for none</param> <param name="ranks">the other ranks</param>
    public AllocationRun(AllocationProblem problem, AllocationOptions options, Action<AllocationProgress>? progress, IRankExchange ranks)
    {
        (_problem, _options, _progress, _ranks) = (problem, options, progress, ranks);
        _rows = new DualRows(problem);
        _scales = new DualScales(problem, _rows, ranks);
        _kernel = OracleKernels.Pick(options.KernelName);
        CurvatureForm form = FormOf(options.Method, _rows.Count);
        _stepsMax = form == CurvatureForm.None ? GradientStepsMax : NewtonStepsMax;
        _oracle = new DualOracle(problem, _rows, new WorkerTeam(options.Threads), form, ranks);
        _layoutSeconds = _clock.Elapsed.TotalSeconds;
        _method = form switch
        {
            CurvatureForm.Matrix => new NewtonMethod(_oracle, _scales, _kernel, new DenseCurvatureSystem(_oracle)),
            CurvatureForm.Edges => new NewtonMethod(_oracle, _scales, _kernel, new EdgeCurvatureSystem(_oracle)),
            _ => new GradientMethod(_oracle, _scales, _kernel),
        };
        _primal = new BestPrimal(problem, _rows, _oracle.Team, ranks);
        _bestVector = new double[_rows.Count];
        _path = new PricePath(_rows);
        bool warm = options.WarmStart is not null;
        if (warm) PriceVector.Read(options.WarmStart!, problem, _rows, _method.Point.Prices);
        _schedule = new SmoothingSchedule((warm ? WarmSmoothing : FirstSmoothing) * _scales.Value);
    }

    private static CurvatureForm FormOf(AllocationMethod method, int rows) => method switch
    {
        AllocationMethod.Gradient => CurvatureForm.None,
        AllocationMethod.ConjugateNewton => CurvatureForm.Edges,
        AllocationMethod.Newton => CurvatureForm.Matrix,
        _ => rows <= AllocationOptions.NewtonRowsMax ? CurvatureForm.Matrix : CurvatureForm.Edges,
    };

    private double GapNow => (_bestBound - _primal.Value) / Math.Max(Math.Abs(_bestBound), 1e-12);

    private double CostWanted => _options.Gap * Math.Max(Math.Abs(_bestBound), 1e-12);

    private bool IsFinal => _isFull && _method.Point.SmoothingCost <= FinalShare * CostWanted;

    public AllocationSolution Solve(CancellationToken cancellation)
    {
        BeginStage();
        for (int tries = 0; _schedule.Stage <= StagesMax && tries < TriesMax;)
        {
            bool converged = RunStage(cancellation);
            if (IsOver(cancellation)) break;
            if (IsFinal || !converged)
            {
                tries++;
                TryPrimal();
                if (GapNow <= _options.Gap || _schedule.Smoothing < SmallestSmoothing * _scales.Value) break;
            }
            if (!converged && _schedule.TryRetreat())
            {
                _path.Restore(_method.Point.Prices);
                BeginStage();
                continue;
            }
            if (IsFinal && converged && DualBalance.RepairLoss(_method.Point, _rows, _scales) > 0.1 * _method.Point.SmoothingCost)
            {
                _tolerance *= 0.25; // the point was not in balance well enough: go on at the same smoothing
                continue;
            }
            AdvanceStage();
        }
        if (GapNow > _options.Gap) TryPrimal();
        return Finish();
    }

    public void Dispose()
    {
        _oracle.Dispose();
        (_kernel as IDisposable)?.Dispose(); // a device's
    }

    // One rank that is told to stop stops all.
    private bool IsOver(CancellationToken cancellation)
    {
        Span<double> over = [cancellation.IsCancellationRequested || _oracle.Passes >= _options.PassesMax ? 1 : 0];
        _ranks.Max(over);
        return over[0] > 0;
    }

    private void BeginStage()
    {
        bool sample = _options.WarmStart is null && _schedule.Stage <= SampleStages && _oracle.ListenerCount >= SampleListenersMin;
        _isFull = !sample;
        _slices = _oracle.Edges.SliceCount / (sample ? SampleParts : 1);
        _method.Begin(_schedule.Smoothing, _slices);
    }

    // The next stage begins at the prices of the last one or, where that is lower, at their extrapolation to the new smoothing.
    private void AdvanceStage()
    {
        DualPoint point = _method.Point;
        double before = _schedule.Smoothing;
        bool full = _isFull;
        _schedule.Advance(point.SmoothingCost, CostWanted);
        bool extrapolated = _path.TryExtrapolate(point.Prices, before, _schedule.Smoothing);
        BeginStage();
        if (!extrapolated) return;
        double value = _method.Point.Value;
        _path.Exchange(_method.Point.Prices);
        BeginStage();
        if (_method.Point.Value <= value || !full) return;
        _path.Exchange(_method.Point.Prices);
        BeginStage();
    }

    private bool RunStage(CancellationToken cancellation)
    {
        for (int step = 0; ; step++)
        {
            Note();
            if (IsBalanced()) return true;
            if (step == _stepsMax || IsOver(cancellation) || !_method.Step()) return false;
        }
    }

    private bool IsBalanced()
    {
        DualPoint point = _method.Point;
        return IsFinal ? DualBalance.RepairLoss(point, _rows, _scales) <= _tolerance * CostWanted
            : DualBalance.Imbalance(point, _rows, _scales) <= StageTolerance * point.SmoothingCost;
    }

    private void Note()
    {
        DualPoint point = _method.Point;
        if (_isFull && point.Bound < _bestBound)
        {
            _bestBound = point.Bound;
            point.Prices.CopyTo(_bestVector, 0);
        }
        double size = Math.Max(Math.Abs(point.Bound), 1e-12);
        double estimate = (point.SmoothingCost + DualBalance.RepairLoss(point, _rows, _scales)) / size;
        double gap = double.IsFinite(_bestBound) ? Math.Min(1, GapNow) : 1;
        var progress = new AllocationProgress(_schedule.Stage, _schedule.Smoothing, gap, estimate, _oracle.Passes, _clock.Elapsed.TotalSeconds);
        _history.Add(progress);
        _progress?.Invoke(progress);
    }

    private void TryPrimal()
    {
        double before = _clock.Elapsed.TotalSeconds;
        _primal.Try(_method.Point.Prices, _method.Point.Smoothing);
        _primalSeconds += _clock.Elapsed.TotalSeconds - before;
        Note();
    }

    private AllocationSolution Finish()
    {
        var best = new DualPoint(_rows.Count);
        (double.IsFinite(_bestBound) ? _bestVector : _method.Point.Prices).CopyTo(best.Prices, 0);
        bool judged = _kernel.IsDouble && _kernel is not OracleCuda; // a certificate's bound is computed by the CPU, in double
        if (!judged || !double.IsFinite(_bestBound))
        {
            _oracle.Evaluate(best, _schedule.Smoothing, OracleKernels.Pick(), withCurvature: false, _oracle.Edges.SliceCount);
            _bestBound = best.Bound;
        }
        AllocationPrices prices = PriceVector.Write(_problem, _rows, best.Prices);
        PriceCompletion.Complete(_problem, _rows, prices, _ranks);
        double before = _clock.Elapsed.TotalSeconds;
        (float[] allocation, AllocationViolations violations, double[] shortfalls) = _primal.Take();
        var certificate = new AllocationCertificate
        {
            Dual = _bestBound,
            Primal = _primal.Value,
            Violations = violations,
            ShortfallByCampaign = shortfalls,
        };
        double total = _clock.Elapsed.TotalSeconds;
        _primalSeconds += total - before;
        return new AllocationSolution
        {
            Prices = prices,
            Allocation = allocation,
            Certificate = certificate,
            Reached = certificate.Gap <= _options.Gap,
            Passes = _oracle.Passes,
            KernelName = _kernel.Name,
            Seconds = new AllocationSeconds(total, _layoutSeconds, total - _layoutSeconds - _primalSeconds, _primalSeconds),
            History = _history,
        };
    }
}
