using System.Runtime.InteropServices;
using Rubato.Kernels.Allocation;

namespace Rubato.Kernels.Cuda;

/// <summary>The allocation pass on a device that holds the edges: prices in; sums out, the same bits whatever the timing.</summary>
/// <remarks>
/// Reduced values and thresholds are computed in double. Spend, delivery and quality are added up as 64-bit integers in units of a power
/// of two, the finest that cannot overflow: about 10⁻¹⁸ of the largest possible sum for each edge that is chosen. There are no second
/// derivatives.
/// </remarks>
internal sealed class DeviceOracle : IDisposable
{
    /// <summary>Sums stay below 2 to this power.</summary>
    private const int SumBits = 62;

    private const int BlockSlices = 8;

    /// <summary>Elements of zeros behind the edges: the kernel reads four columns at a time, also past the last.</summary>
    private const int PaddingElements = 3 * EdgeSlices.Height;

    private readonly IDevice _device;
    private readonly int _blocksMax;
    private readonly EdgeSlices _edges;
    private readonly DeviceBuffer _starts, _campaigns, _values, _spends, _margins, _slots, _cohorts, _partials;

    /// <summary>Prices [campaigns, 2] and [cohorts + 1] f8; then what is added to, [campaigns, 2] and [cohorts + 1] i8; then totals [3] f8.</summary>
    private readonly DeviceBuffer _state;

    private readonly long[] _host; // the same, so that a pass is one copy up and one down
    private readonly double _spendUnits, _deliveryUnits, _qualityUnits;

    /// <summary>Copies the edges to the device.</summary>
    /// <param name="device">where</param>
    /// <param name="edges">what</param>
    /// <param name="blocksMax">blocks of a launch; each takes slices in turn. The sums' last digits depend on it. Ten times what runs at once on a
    /// large device, so that a block's end does not leave it idle, and few enough for one block to add up what they leave.</param>
    /// <exception cref="DeviceException">There is not enough memory.</exception>
    public DeviceOracle(IDevice device, EdgeSlices edges, int blocksMax = 8_192)
    {
        (_device, _edges, _blocksMax) = (device, edges, blocksMax);
        _host = new long[4 * edges.CampaignCount + 2 * (edges.CohortCount + 1) + 3];
        try
        {
            _starts = DeviceBuffer.Of<int>(device, edges.Starts);
            _campaigns = DeviceBuffer.Of<ushort>(device, edges.Campaigns, PaddingElements);
            _values = DeviceBuffer.Of<float>(device, edges.Values, PaddingElements);
            _spends = DeviceBuffer.Of<float>(device, edges.Spends, PaddingElements);
            _margins = DeviceBuffer.Of<float>(device, edges.Margins, PaddingElements);
            _slots = DeviceBuffer.Of<int>(device, edges.Slots);
            _cohorts = DeviceBuffer.Of<int>(device, edges.Cohorts);
            _partials = new DeviceBuffer(device, 24L * Blocks(edges.SliceCount));
            _state = new DeviceBuffer(device, sizeof(long) * (long)_host.Length);
        }
        catch
        {
            Dispose(); // gigabytes that nobody would give back
            throw;
        }
        double deliveries = 0;
        foreach (int slots in edges.Slots) deliveries += slots;
        _deliveryUnits = Units(deliveries);
        _spendUnits = Units(deliveries * Largest(edges.Spends));
        _qualityUnits = Units(deliveries * Largest(edges.Margins));
    }

    /// <summary>Adds the listeners of some slices to the sums.</summary>
    /// <param name="prices">prices and smoothing</param>
    /// <param name="firstSlice">first slice of the range</param>
    /// <param name="endSlice">slice after the last of the range</param>
    /// <param name="sums">sums made for this problem</param>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie in the problem.</exception>
    /// <exception cref="NotSupportedException">Second derivatives are wanted.</exception>
    public void Evaluate(OraclePrices prices, int firstSlice, int endSlice, OracleSums sums)
    {
        OracleGuard.Range(_edges, firstSlice, endSlice);
        if (sums.Curvature is { Wanted: true }) throw new NotSupportedException("the device pass has no second derivatives");
        if (firstSlice == endSlice) return;
        int campaigns = _edges.CampaignCount, cohorts = _edges.CohortCount + 1, sumsAt = 2 * campaigns + cohorts, totalsAt = 2 * sumsAt;
        Span<double> doubles = MemoryMarshal.Cast<long, double>(_host.AsSpan());
        for (int j = 0; j < campaigns; j++) (doubles[2 * j], doubles[2 * j + 1]) = (prices.Budget[j], prices.Offset[j]);
        prices.Cohort.CopyTo(doubles[(2 * campaigns)..sumsAt]);
        _host.AsSpan(sumsAt).Clear();
        _device.Upload(_state.Address, MemoryMarshal.AsBytes(_host.AsSpan()));
        long At(int index) => _state.Address + sizeof(long) * (long)index;
        int blocks = Blocks(endSlice - firstSlice);
        _device.Launch("oracle", blocks, 1, new OracleParameters
        {
            Starts = _starts.Address, Campaigns = _campaigns.Address, Values = _values.Address, Spends = _spends.Address,
            Margins = _margins.Address, Slots = _slots.Address, Cohorts = _cohorts.Address, Prices = At(0), CohortPrices = At(2 * campaigns),
            CampaignSums = At(sumsAt), QualitySums = At(sumsAt + 2 * campaigns), Partials = _partials.Address, Smoothing = prices.Smoothing,
            InverseSmoothing = 1 / prices.Smoothing, SpendUnits = _spendUnits, DeliveryUnits = _deliveryUnits, QualityUnits = _qualityUnits, FirstSlice = firstSlice, EndSlice = endSlice,
        });
        _device.Launch("oracle_totals", 1, 1, new TotalsParameters { Partials = _partials.Address, Totals = At(totalsAt), Count = blocks });
        _device.Download(At(sumsAt), MemoryMarshal.AsBytes(_host.AsSpan(sumsAt)));
        for (int i = 0; i < 2 * campaigns; i++) sums.Campaign[i] += _host[sumsAt + i] / (i % 2 == 0 ? _spendUnits : _deliveryUnits);
        for (int h = 0; h < cohorts; h++) sums.Quality[h] += _host[sumsAt + 2 * campaigns + h] / _qualityUnits;
        sums.Bound += doubles[totalsAt];
        sums.Linear += doubles[totalsAt + 1];
        sums.Square += doubles[totalsAt + 2];
    }

    public void Dispose()
    {
        foreach (DeviceBuffer? buffer in (ReadOnlySpan<DeviceBuffer?>)[_starts, _campaigns, _values, _spends, _margins, _slots, _cohorts, _partials, _state])
            buffer?.Dispose();
    }

    private int Blocks(int slices) => Math.Min(_blocksMax, (slices + BlockSlices - 1) / BlockSlices);

    /// <summary>The largest power of two that keeps a sum in range.</summary>
    private static double Units(double sumMax) => Math.ScaleB(1, SumBits - 1 - Math.ILogB(Math.Max(sumMax, 1e-30)));

    private static double Largest(float[] values)
    {
        float largest = 0;
        foreach (float value in values) largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }
}
