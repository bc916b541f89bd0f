using System.Runtime.CompilerServices;

namespace Rubato.Kernels.Allocation;

/// <summary>Second derivatives as a matrix.</summary>
public sealed class DenseCurvature : Curvature
{
    private const int FamiliesPerEdge = 4;
    private readonly PriceRows _rows;
    private readonly int[] _entryRows;
    private readonly double[] _entryValues;
    private int _entries;

    /// <param name="rows">rows of the matrix</param> <param name="widthMax">columns of the longest slice</param>
    public DenseCurvature(PriceRows rows, int widthMax) : base(widthMax)
    {
        _rows = rows;
        Packed = new double[(long)rows.Count * (rows.Count + 1) / 2];
        _entryRows = new int[FamiliesPerEdge * widthMax];
        _entryValues = new double[FamiliesPerEdge * widthMax];
    }

    /// <summary>[rows · (rows + 1) / 2] lower triangle, row by row: entry (r, c ≤ r) lies at r · (r + 1) / 2 + c.</summary>
    public double[] Packed { get; }

    private protected override void Clear() => Array.Clear(Packed);

    private protected override void AddListener(int count, int cohort, bool slotsUsedUp, double inverseSmoothing)
    {
        int cohortRow = _rows.Cohort[cohort];
        for (int i = 0; i < count; i++)
        {
            _entries = 0;
            int campaign = FractionalCampaigns[i];
            Append(_rows.Budget[campaign], -FractionalSpends[i]);
            Append(_rows.Promise[campaign], 1);
            Append(_rows.Licensor[campaign], -1);
            Append(cohortRow, FractionalMargins[i]);
            AddOuterProduct(inverseSmoothing);
        }
        if (!slotsUsedUp) return;
        Collect(count, cohortRow);
        AddOuterProduct(-inverseSmoothing / count);
    }

    // The sum of the edges' coefficients: rows ascending and distinct, as the families are numbered one after the other.
    private void Collect(int count, int cohortRow)
    {
        _entries = 0;
        for (int i = 0; i < count; i++) Append(_rows.Budget[FractionalCampaigns[i]], -FractionalSpends[i]);
        for (int i = 0; i < count; i++) Append(_rows.Promise[FractionalCampaigns[i]], 1);
        int licensors = _entries;
        for (int i = 0; i < count; i++) Insert(_rows.Licensor[FractionalCampaigns[i]], licensors);
        double margin = 0;
        for (int i = 0; i < count; i++) margin += FractionalMargins[i];
        Append(cohortRow, margin);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Append(int row, double value)
    {
        if (row < 0) return;
        _entryRows[_entries] = row;
        _entryValues[_entries++] = value;
    }

    private void Insert(int row, int first)
    {
        if (row < 0) return;
        int at = _entries;
        while (at > first && _entryRows[at - 1] > row) at--;
        if (at > first && _entryRows[at - 1] == row)
        {
            _entryValues[at - 1] -= 1;
            return;
        }
        for (int i = _entries; i > at; i--) (_entryRows[i], _entryValues[i]) = (_entryRows[i - 1], _entryValues[i - 1]);
        (_entryRows[at], _entryValues[at]) = (row, -1);
        _entries++;
    }

    private void AddOuterProduct(double factor)
    {
        double[] packed = Packed;
        for (int p = 0; p < _entries; p++)
        {
            int row = _entryRows[p], start = row * (row + 1) / 2;
            double scaled = factor * _entryValues[p];
            for (int q = 0; q <= p; q++) packed[start + _entryRows[q]] += scaled * _entryValues[q];
        }
    }
}
