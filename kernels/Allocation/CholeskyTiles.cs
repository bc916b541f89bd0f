using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rubato.Kernels.Allocation;

/// <summary>The parts of a blocked Cholesky factorisation A = L Lᵀ, in double, lower triangle, row-major, that threads share out by rows.</summary>
/// <remarks>
/// Per block of <see cref="BlockRows"/> columns: <see cref="FactorDiagonal"/>, then every thread <see cref="SolvePanel"/> on its rows below,
/// then <see cref="Pack"/>, then every thread <see cref="Update"/> on its rows. Rows have room for <see cref="Padding"/> elements more than the
/// matrix is wide, because tiles on the diagonal are computed whole.
/// </remarks>
public static unsafe class CholeskyTiles
{
    /// <summary>Columns that are eliminated at a time.</summary>
    public const int BlockRows = 96;

    /// <summary>Elements that a row of the matrix needs beyond its last column.</summary>
    public const int Padding = TileColumns;

    private const int TileRows = 4, TileColumns = 12; // 12 accumulators, 3 columns and 1 broadcast: the 16 registers of AVX2
    private static int VectorLength => Vector256<double>.Count;

    /// <summary>Factors the diagonal block and leaves the transposed inverse of its factor, packed as a right-hand side of <see cref="SolvePanel"/>.</summary>
    /// <param name="matrix">[rows, stride], overwritten in the block</param> <param name="stride">elements per row</param>
    /// <param name="first">first row and column of the block</param> <param name="count">rows of the block, at most <see cref="BlockRows"/></param>
    /// <param name="inverse">[BlockRows · (BlockRows + Padding)], overwritten</param>
    /// <returns>false where the matrix is not positive definite</returns>
    public static bool FactorDiagonal(Span<double> matrix, int stride, int first, int count, Span<double> inverse)
    {
        for (int row = 0; row < count; row++)
        {
            Span<double> r = matrix.Slice((first + row) * stride + first, row + 1);
            for (int column = 0; column < row; column++)
            {
                ReadOnlySpan<double> c = matrix.Slice((first + column) * stride + first, column + 1);
                r[column] = (r[column] - Dot(r[..column], c[..column])) / c[column];
            }
            double pivot = r[row] - Dot(r[..row], r[..row]);
            if (!(pivot > 0) || !double.IsFinite(pivot)) return false;
            r[row] = Math.Sqrt(pivot);
        }
        Invert(matrix, stride, first, count, inverse);
        return true;
    }

    /// <summary>Rows below a factored block: A := A · L⁻ᵀ.</summary>
    /// <param name="matrix">[rows, stride]</param> <param name="stride">elements per row</param>
    /// <param name="first">first column of the block</param> <param name="count">columns of the block</param>
    /// <param name="inverse">from <see cref="FactorDiagonal"/></param>
    /// <param name="fromRow">first row of this thread</param> <param name="endRow">row after its last</param>
    public static void SolvePanel(Span<double> matrix, int stride, int first, int count, ReadOnlySpan<double> inverse, int fromRow, int endRow)
    {
        double* copy = stackalloc double[TileRows * BlockRows];
        double* result = stackalloc double[TileRows * (BlockRows + Padding)];
        fixed (double* a = matrix, b = inverse)
        {
            for (int row = fromRow; row < endRow; row += TileRows)
            {
                int rows = Math.Min(TileRows, endRow - row);
                for (int i = 0; i < TileRows; i++) // a short last tile repeats a row
                    new ReadOnlySpan<double>(a + (long)(row + Math.Min(i, rows - 1)) * stride + first, count).CopyTo(new Span<double>(copy + i * BlockRows, count));
                for (int column = 0; column < count; column += TileColumns)
                    Tile(copy, BlockRows, b + column * count, result + column, BlockRows + Padding, count, subtract: false);
                for (int i = 0; i < rows; i++)
                    new ReadOnlySpan<double>(result + i * (BlockRows + Padding), count).CopyTo(new Span<double>(a + (long)(row + i) * stride + first, count));
            }
        }
    }

    /// <summary>Copies the solved panel for <see cref="Update"/>: column tile by column tile, transposed.</summary>
    /// <param name="matrix">[rows, stride]</param> <param name="stride">elements per row</param> <param name="rows">rows of the matrix</param>
    /// <param name="first">first column of the block</param> <param name="count">columns of the block</param>
    /// <param name="packed">[(rows + Padding) · BlockRows], overwritten</param>
    /// <param name="fromTile">first tile of this thread</param> <param name="endTile">tile after its last</param>
    public static void Pack(ReadOnlySpan<double> matrix, int stride, int rows, int first, int count, Span<double> packed, int fromTile, int endTile)
    {
        int below = first + count;
        for (int tile = fromTile; tile < endTile; tile++)
        {
            Span<double> target = packed.Slice(tile * TileColumns * count, TileColumns * count);
            for (int i = 0; i < TileColumns; i++)
            {
                int row = below + tile * TileColumns + i;
                if (row < rows)
                {
                    ReadOnlySpan<double> source = matrix.Slice(row * stride + first, count);
                    for (int p = 0; p < count; p++) target[p * TileColumns + i] = source[p];
                }
                else
                {
                    for (int p = 0; p < count; p++) target[p * TileColumns + i] = 0;
                }
            }
        }
    }

    /// <summary>Number of column tiles to pack below a block.</summary>
    public static int TileCount(int rows, int first, int count) => (rows - first - count + TileColumns - 1) / TileColumns;

    /// <summary>Subtracts the panel's product from the rows below: A := A − P Pᵀ, up to the diagonal.</summary>
    /// <param name="matrix">[rows, stride]</param> <param name="stride">elements per row</param>
    /// <param name="first">first column of the block</param> <param name="count">columns of the block</param>
    /// <param name="packed">from <see cref="Pack"/></param>
    /// <param name="fromRow">first row of this thread</param> <param name="endRow">row after its last</param>
    public static void Update(Span<double> matrix, int stride, int first, int count, ReadOnlySpan<double> packed, int fromRow, int endRow)
    {
        int below = first + count;
        fixed (double* a = matrix, b = packed)
        {
            int row = fromRow;
            for (; row + TileRows <= endRow; row += TileRows)
                for (int column = below; column < row + TileRows; column += TileColumns)
                    Tile(a + (long)row * stride + first, stride, b + (long)(column - below) * count, a + (long)row * stride + column, stride, count, subtract: true);
            for (; row < endRow; row++)
                for (int column = below; column <= row; column++)
                    a[(long)row * stride + column] -= Dot(matrix.Slice(row * stride + first, count), matrix.Slice(column * stride + first, count));
        }
    }

    /// <summary>Solves L Lᵀ x = b in place.</summary>
    /// <param name="factor">[rows, stride] lower triangle</param> <param name="stride">elements per row</param>
    /// <param name="x">[rows] b, overwritten by x</param>
    public static void Solve(ReadOnlySpan<double> factor, int stride, Span<double> x)
    {
        for (int row = 0; row < x.Length; row++)
            x[row] = (x[row] - Dot(factor.Slice(row * stride, row), x[..row])) / factor[row * stride + row];
        for (int row = x.Length - 1; row >= 0; row--)
        {
            ReadOnlySpan<double> r = factor.Slice(row * stride, row + 1);
            double value = x[row] / r[row];
            x[row] = value;
            for (int column = 0; column < row; column++) x[column] -= value * r[column];
        }
    }

    // L⁻¹ by forward substitution, column by column; element (p, c) of L⁻ᵀ is (c, p) of L⁻¹.
    private static void Invert(ReadOnlySpan<double> matrix, int stride, int first, int count, Span<double> inverse)
    {
        Span<double> solution = stackalloc double[BlockRows];
        inverse.Clear();
        for (int unit = 0; unit < count; unit++)
        {
            solution.Clear();
            for (int row = unit; row < count; row++)
            {
                ReadOnlySpan<double> r = matrix.Slice((first + row) * stride + first, row + 1);
                double value = ((row == unit ? 1 : 0) - Dot(r[unit..row], solution[unit..row])) / r[row];
                solution[row] = value;
                inverse[row / TileColumns * TileColumns * count + unit * TileColumns + row % TileColumns] = value;
            }
        }
    }

    private static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var sums = Vector256<double>.Zero;
        int i = 0;
        for (; i <= x.Length - VectorLength; i += VectorLength)
            sums = Vector256.FusedMultiplyAdd(Vector256.Create(x.Slice(i, VectorLength)), Vector256.Create(y.Slice(i, VectorLength)), sums);
        double sum = Vector256.Sum(sums);
        for (; i < x.Length; i++) sum += x[i] * y[i];
        return sum;
    }

    // c[4, 12] = a[4, depth] · b[depth, 12], or c minus that.
    // SAFETY: callers pass whole tiles: four rows of a and c exist, rows of c have Padding elements to spare, b is packed in whole tiles.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(double* a, int aStride, double* b, double* c, int cStride, int depth, bool subtract)
    {
        Vector256<double> c00 = default, c01 = default, c02 = default, c10 = default, c11 = default, c12 = default;
        Vector256<double> c20 = default, c21 = default, c22 = default, c30 = default, c31 = default, c32 = default;
        double* a1 = a + aStride, a2 = a1 + aStride, a3 = a2 + aStride;
        for (int p = 0; p < depth; p++, b += TileColumns)
        {
            Vector256<double> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 4), b2 = Vector256.Load(b + 8);
            Vector256<double> x = Vector256.Create(a[p]);
            c00 = Vector256.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(x, b1, c01);
            c02 = Vector256.FusedMultiplyAdd(x, b2, c02);
            x = Vector256.Create(a1[p]);
            c10 = Vector256.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(x, b1, c11);
            c12 = Vector256.FusedMultiplyAdd(x, b2, c12);
            x = Vector256.Create(a2[p]);
            c20 = Vector256.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(x, b1, c21);
            c22 = Vector256.FusedMultiplyAdd(x, b2, c22);
            x = Vector256.Create(a3[p]);
            c30 = Vector256.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(x, b1, c31);
            c32 = Vector256.FusedMultiplyAdd(x, b2, c32);
        }
        Put(c, c00, c01, c02, subtract);
        Put(c + cStride, c10, c11, c12, subtract);
        Put(c + 2 * cStride, c20, c21, c22, subtract);
        Put(c + 3 * cStride, c30, c31, c32, subtract);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(double* c, Vector256<double> x, Vector256<double> y, Vector256<double> z, bool subtract)
    {
        if (subtract) (x, y, z) = (Vector256.Load(c) - x, Vector256.Load(c + 4) - y, Vector256.Load(c + 8) - z);
        x.Store(c);
        y.Store(c + 4);
        z.Store(c + 8);
    }
}
