namespace Rubato.KernelCompiler.Similarity;

/// <summary>A thread's 32 of a warp's 32 × 32 sums: two tiles of 16 rows, each against four tiles of 8 queries.</summary>
internal readonly struct MatrixSums
{
    /// <summary>Bytes from a thread's place in 16 rows or queries of a stage to that in the next 16.</summary>
    private const uint NextRows = 16 * MatrixStage.StepBytes;

    private readonly MatrixTile _s00, _s01, _s02, _s03, _s10, _s11, _s12, _s13;

    /// <summary>Sums that start with what lies in shared memory, [8 blocks of rows, 64 queries].</summary>
    /// <param name="start">address of the first</param>
    public MatrixSums(uint start)
    {
        (_s00, _s01, _s02, _s03) = (MatrixTile.From(start), MatrixTile.From(start + 32), MatrixTile.From(start + 64), MatrixTile.From(start + 96));
        (_s10, _s11, _s12, _s13) = (MatrixTile.From(start + 256), MatrixTile.From(start + 288), MatrixTile.From(start + 320), MatrixTile.From(start + 352));
    }

    private MatrixSums(MatrixTile s00, MatrixTile s01, MatrixTile s02, MatrixTile s03, MatrixTile s10, MatrixTile s11, MatrixTile s12, MatrixTile s13)
    {
        (_s00, _s01, _s02, _s03) = (s00, s01, s02, s03);
        (_s10, _s11, _s12, _s13) = (s10, s11, s12, s13);
    }

    /// <summary>Whether all of them are negative.</summary>
    public bool AllNegative => (_s00.Conjunction & _s01.Conjunction & _s02.Conjunction & _s03.Conjunction
        & _s10.Conjunction & _s11.Conjunction & _s12.Conjunction & _s13.Conjunction) < 0;

    /// <summary>One bit for each sum that is not negative: 4 for each tile, those of the first rows first.</summary>
    public uint Reached => _s00.Reached | _s01.Reached << 4 | _s02.Reached << 8 | _s03.Reached << 12
        | _s10.Reached << 16 | _s11.Reached << 20 | _s12.Reached << 24 | _s13.Reached << 28;

    /// <summary>The sums and 32 bytes more of the dimension.</summary>
    /// <param name="rows">the lane's address for the first 16 rows</param>
    /// <param name="queries">the lane's address for the first 16 queries</param>
    public MatrixSums Plus(uint rows, uint queries)
    {
        Quad rows0 = Matrix.Load(rows), rows1 = Matrix.Load(rows + NextRows), queries0 = Matrix.Load(queries), queries1 = Matrix.Load(queries + NextRows);
        return new MatrixSums(
            Matrix.MultiplyAdd(rows0, queries0.X, queries0.Y, _s00), Matrix.MultiplyAdd(rows0, queries0.Z, queries0.W, _s01),
            Matrix.MultiplyAdd(rows0, queries1.X, queries1.Y, _s02), Matrix.MultiplyAdd(rows0, queries1.Z, queries1.W, _s03),
            Matrix.MultiplyAdd(rows1, queries0.X, queries0.Y, _s10), Matrix.MultiplyAdd(rows1, queries0.Z, queries0.W, _s11),
            Matrix.MultiplyAdd(rows1, queries1.X, queries1.Y, _s12), Matrix.MultiplyAdd(rows1, queries1.Z, queries1.W, _s13));
    }

    /// <summary>The sum of a bit of <see cref="Reached"/>.</summary>
    public int Pick(int bit)
    {
        int index = bit & 3, tile = bit >> 2;
        int low = tile < 2 ? tile == 0 ? _s00.Pick(index) : _s01.Pick(index) : tile == 2 ? _s02.Pick(index) : _s03.Pick(index);
        int high = tile < 6 ? tile == 4 ? _s10.Pick(index) : _s11.Pick(index) : tile == 6 ? _s12.Pick(index) : _s13.Pick(index);
        return tile < 4 ? low : high;
    }
}
