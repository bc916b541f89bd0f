using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>What a thread keeps of the one query that its block scans for.</summary>
internal readonly struct ScanQuery
{
    public readonly float Scale;

    public readonly int FirstSum;

    private readonly int _query;

    private readonly float _errorFactor, _normFactor, _constant, _bar;

    public ScanQuery(ScanParameters p, int query)
    {
        QueryLane lane = Bound.Lane(p.Lanes, query);
        _query = query;
        (Scale, FirstSum, _errorFactor, _normFactor, _constant) = (lane.Scale, lane.FirstSum, lane.ErrorFactor, lane.NormFactor, lane.Constant);
        _bar = Device.Float(p.Bars, query);
    }

    /// <summary>A row that has lost is compared here and goes no further; a row past the range is ignored.</summary>
    public void Offer(ScanParameters p, RowBounds own, float score)
    {
        float error = _errorFactor * own.Error + _normFactor * own.Norm + _constant;
        if (own.Row < p.EndRow && (p.Dense != 0 || score + error >= _bar)) HitList.Add(p, _query, own.Row, score);
    }
}
