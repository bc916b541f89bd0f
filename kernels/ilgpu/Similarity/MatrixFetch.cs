using ILGPU;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>
/// The step of a tile that is copied next: each thread copies 16 bytes of two rows and of one query. Where they lie is computed when a tile
/// begins, and kept from step to step.
/// </summary>
internal readonly struct MatrixFetch
{
    private const int Chunks = MatrixStage.StepBytes / 16, HalfRows = MatrixStage.TileRows / 2;

    private readonly long _firstRow, _low, _high, _query;

    private readonly int _byte;

    private readonly uint _to;

    /// <summary>The first step of a tile.</summary>
    /// <param name="p">rows and queries</param>
    /// <param name="firstRow">of the tile</param>
    /// <param name="firstQuery">of the block</param>
    /// <param name="stages">address of the first stage</param>
    public MatrixFetch(ScanParameters p, long firstRow, int firstQuery, uint stages)
    {
        (_firstRow, _low, _high) = (firstRow, RowAt(p, firstRow), RowAt(p, firstRow + HalfRows));
        _query = p.Queries + IntrinsicMath.Min(firstQuery + Group.IdxX / Chunks, p.QueryCount - 1) * p.RowBytes + ChunkAt();
        (_byte, _to) = (0, stages + MatrixStage.Place(Group.IdxX / Chunks, Group.IdxX & (Chunks - 1)));
    }

    private MatrixFetch(long firstRow, long low, long high, long query, int firstByte, uint to) =>
        (_firstRow, _low, _high, _query, _byte, _to) = (firstRow, low, high, query, firstByte, to);

    /// <summary>Begins to copy, if there is such a tile; past the last row or query the last one is copied again.</summary>
    public void Begin(ScanParameters p)
    {
        if (_firstRow < p.EndRow)
        {
            Matrix.Copy(_to, _low + _byte);
            Matrix.Copy(_to + HalfRows * MatrixStage.StepBytes, _high + _byte);
            Matrix.Copy(_to + MatrixStage.RowsBytes, _query + _byte);
        }
        Matrix.Commit(); // also of nothing: what is waited for is counted
    }

    /// <summary>The step behind it, in the next stage; behind a tile's last step comes the first of the block's next tile.</summary>
    public MatrixFetch Next(ScanParameters p, uint stages)
    {
        uint to = _to + (uint)MatrixStage.ToNext(_to, stages);
        int next = _byte + MatrixStage.StepBytes;
        long firstRow = _firstRow, low = _low, high = _high;
        if (next == (int)p.RowBytes)
        {
            next = 0;
            firstRow += MatrixStage.Stride();
            low = RowAt(p, firstRow);
            high = RowAt(p, firstRow + HalfRows);
        }
        return new MatrixFetch(firstRow, low, high, _query, next, to);
    }

    private static int ChunkAt() => 16 * (Group.IdxX & (Chunks - 1));

    private static long RowAt(ScanParameters p, long first) =>
        p.Rows + IntrinsicMath.Min(first + Group.IdxX / Chunks, p.EndRow - 1) * p.RowBytes + ChunkAt();
}
