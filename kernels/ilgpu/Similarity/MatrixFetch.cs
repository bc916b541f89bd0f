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

    private readonly long _low, _high, _query;

    private readonly uint _firstRow;

    private readonly int _byte;

    private readonly uint _rows, _queries; // shared addresses; 0 for queries that are there to stay

    /// <summary>The first step of a block's first tile.</summary>
    public MatrixFetch(ScanParameters p, uint firstRow, uint stages)
    {
        (_firstRow, _low, _high, _byte) = (firstRow, RowAt(p, firstRow), RowAt(p, firstRow + HalfRows), 0);
        _query = p.Queries + IntrinsicMath.Min(Grid.IdxX * MatrixStage.TileQueries + Group.IdxX / Chunks, p.QueryCount - 1) * p.RowBytes + ChunkAt();
        uint place = MatrixStage.Place(Group.IdxX / Chunks, Group.IdxX & (Chunks - 1));
        (_rows, _queries) = (stages + place, MatrixStage.Queries(stages) + place);
    }

    private MatrixFetch(uint firstRow, long low, long high, long query, int firstByte, uint rows, uint queries) =>
        (_firstRow, _low, _high, _query, _byte, _rows, _queries) = (firstRow, low, high, query, firstByte, rows, queries);

    /// <summary>Begins to copy the step, if there is such a tile; past the last row or query the last one is copied again.</summary>
    /// <returns>the step behind it; behind a tile's last step comes the first of the block's next tile</returns>
    public MatrixFetch Begin(ScanParameters p, uint stages, uint queriesEnd)
    {
        uint rows = _rows, queries = _queries;
        if (_firstRow < (uint)p.EndRow)
        {
            Matrix.Copy(rows, _low + _byte);
            Matrix.Copy(rows + HalfRows * MatrixStage.StepBytes, _high + _byte);
            if (queries != 0)
            {
                Matrix.Copy(queries, _query + _byte);
                queries = MatrixStage.NextQueries(queries, stages, queriesEnd);
            }
        }
        Matrix.Commit(); // also of nothing: what is waited for is counted
        rows = MatrixStage.NextRows(rows, stages);
        int next = _byte + MatrixStage.StepBytes;
        uint firstRow = _firstRow;
        long low = _low, high = _high;
        if (next == (int)p.RowBytes)
        {
            next = 0;
            firstRow += MatrixStage.Stride();
            low = RowAt(p, firstRow);
            high = RowAt(p, firstRow + HalfRows);
            if (MatrixStage.QueriesStay(p)) queries = 0;
        }
        return new MatrixFetch(firstRow, low, high, _query, next, rows, queries);
    }

    private static long RowAt(ScanParameters p, long first) =>
        p.Rows + IntrinsicMath.Min(first + Group.IdxX / Chunks, p.EndRow - 1) * p.RowBytes + ChunkAt();

    private static int ChunkAt() => 16 * (Group.IdxX & (Chunks - 1));
}
