using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Allocation;

/// <summary>
/// The edges of one thread's listener. Reduced values of the first columns are kept in shared memory, each thread's beside its neighbour's;
/// those of the columns behind are computed again.
/// </summary>
internal readonly struct Listener
{
    /// <summary>32 KB for a block of 128 threads: with 1 KB for the system, six blocks fit a multiprocessor with 228 KB.</summary>
    public const int KeptColumns = 32;

    /// <summary>Edges of the listener, padding included.</summary>
    public readonly int Columns;

    private readonly OracleParameters _p;
    private readonly long _first;
    private readonly int _index;
    private readonly double _cohortPrice;
    private readonly ArrayView<double> _kept;

    public Listener(OracleParameters p, long first, int columns, int index, ArrayView<double> kept)
    {
        (_p, _first, Columns, _index, _kept) = (p, first, columns, index, kept);
        _cohortPrice = p.Margins == 0 ? 0 : Device.Double(p.CohortPrices, Device.Int(p.Cohorts, index));
    }

    /// <summary>The reduced value of a column, from memory; past the last column that of the last.</summary>
    public double Read(int column)
    {
        long e = Edge(IntrinsicMath.Min(column, Columns - 1));
        Pair prices = Device.Pair(_p.Prices, Device.UShort(_p.Campaigns, e));
        double r = Device.Float(_p.Values, e) - Device.Float(_p.Spends, e) * prices.X + prices.Y;
        return _p.Margins == 0 ? r : r + Device.Float(_p.Margins, e) * _cohortPrice;
    }

    /// <summary>Keeps a reduced value that was read; adds its column to the candidates where it is positive, since nothing else can be chosen.</summary>
    public void Keep(int column, double r, ref uint candidates)
    {
        if (column >= KeptColumns) return;
        _kept[column * Oracle.BlockThreads + Group.IdxX] = r;
        candidates |= r > 0 & column < Columns ? 1u << column : 0;
    }

    /// <summary>The value of the lowest of some candidates.</summary>
    public double Lowest(uint candidates) => _kept[Column(candidates) * Oracle.BlockThreads + Group.IdxX];

    /// <summary>The column of the lowest of some candidates.</summary>
    public static int Column(uint candidates) => IntrinsicMath.PopCount((candidates & (0 - candidates)) - 1);

    /// <summary>The reduced value of any column that was read before.</summary>
    public double Value(int column) => column < KeptColumns ? _kept[column * Oracle.BlockThreads + Group.IdxX] : Read(column);

    /// <summary>Adds what is chosen of a column. Integer sums do not depend on the order in which threads come to add.</summary>
    public void Scatter(int column, double x)
    {
        long e = Edge(column);
        int campaign = Device.UShort(_p.Campaigns, e);
        double spend = Device.Float(_p.Spends, e) * x;
        if (spend > 0) Device.Add(_p.CampaignSums, 2L * campaign, (long)(spend * _p.SpendUnits + 0.5));
        Device.Add(_p.CampaignSums, 2L * campaign + 1, (long)(x * _p.DeliveryUnits + 0.5));
        if (_p.Margins == 0) return;
        double quality = Device.Float(_p.Margins, e) * x * _p.QualityUnits;
        Device.Add(_p.QualitySums, Device.Int(_p.Cohorts, _index), (long)(quality + (quality < 0 ? -0.5 : 0.5)));
    }

    private long Edge(int column) => _first + (long)column * Oracle.Height;
}
