using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Allocation;

/// <summary>The edges of one thread's listener, in device memory.</summary>
internal readonly struct Listener
{
    /// <summary>Edges of the listener, padding included.</summary>
    public readonly int Columns;

    private readonly OracleParameters _p;
    private readonly long _first;
    private readonly int _index;
    private readonly double _cohortPrice;

    public Listener(OracleParameters p, int slice)
    {
        int start = Device.Int(p.Starts, slice), lane = Group.IdxX & (Oracle.Height - 1);
        (_p, _first, _index) = (p, start + lane, slice * Oracle.Height + lane);
        Columns = (Device.Int(p.Starts, slice + 1) - start) / Oracle.Height;
        _cohortPrice = p.Margins == 0 ? 0 : Device.Double(p.CohortPrices, Device.Int(p.Cohorts, _index));
    }

    /// <summary>k.</summary>
    public int Slots => Device.Int(_p.Slots, _index);

    /// <summary>The reduced values of four columns, whose loads are under way at once. Those past the last are the next slice's, or of the zeros behind all slices.</summary>
    public ReducedGroup ReadGroup(int column)
    {
        long e = Edge(column), campaigns = _p.Campaigns + 2 * e, values = _p.Values + 4 * e, spends = _p.Spends + 4 * e;
        double r0 = Reduced(campaigns, values, spends, 0), r1 = Reduced(campaigns, values, spends, 1),
            r2 = Reduced(campaigns, values, spends, 2), r3 = Reduced(campaigns, values, spends, 3);
        if (_p.Margins != 0)
        {
            long margins = _p.Margins + 4 * e;
            r0 += Device.FloatOnce(margins, 0) * _cohortPrice;
            r1 += Device.FloatOnce(margins, Oracle.Height) * _cohortPrice;
            r2 += Device.FloatOnce(margins, 2 * Oracle.Height) * _cohortPrice;
            r3 += Device.FloatOnce(margins, 3 * Oracle.Height) * _cohortPrice;
        }
        return new ReducedGroup(r0, r1, r2, r3);
    }

    /// <summary>The reduced value of a column.</summary>
    public double Read(int column)
    {
        long e = Edge(column);
        double r = Reduced(_p.Campaigns + 2 * e, _p.Values + 4 * e, _p.Spends + 4 * e, 0);
        return _p.Margins == 0 ? r : r + Device.FloatOnce(_p.Margins, e) * _cohortPrice;
    }

    /// <summary>Adds what is chosen of a column. Integer sums do not depend on the order in which threads come to add.</summary>
    public void Scatter(int column, double x)
    {
        long e = Edge(column);
        int campaign = Device.UShortOnce(_p.Campaigns, e);
        double spend = Device.FloatOnce(_p.Spends, e) * x;
        if (spend > 0) Device.Add(_p.CampaignSums, 2L * campaign, (long)(spend * _p.SpendUnits + 0.5));
        Device.Add(_p.CampaignSums, 2L * campaign + 1, (long)(x * _p.DeliveryUnits + 0.5));
        if (_p.Margins == 0) return;
        double quality = Device.FloatOnce(_p.Margins, e) * x * _p.QualityUnits;
        Device.Add(_p.QualitySums, Device.Int(_p.Cohorts, _index), (long)(quality + (quality < 0 ? -0.5 : 0.5)));
    }

    /// <summary>v − s · p + o of the column so many behind some addresses.</summary>
    private double Reduced(long campaigns, long values, long spends, int columns)
    {
        Pair prices = Device.Pair(_p.Prices, Device.UShortOnce(campaigns, columns * Oracle.Height));
        return Device.FloatOnce(values, columns * Oracle.Height) - Device.FloatOnce(spends, columns * Oracle.Height) * prices.X + prices.Y;
    }

    private long Edge(int column) => _first + (long)column * Oracle.Height;
}
