using Rubato.Kernels.Similarity;
using Rubato.Tests.Support;

namespace Rubato.Tests.Kernels.Similarity;

public class QuantiserTests
{
    public static TheoryData<string> Families => new(Vectors.Families);

    [Theory, MemberData(nameof(Families))]
    public void TheBoundHoldsForEveryRow(string family)
    {
        foreach (int dimension in new[] { 1, 5, 64, 100 })
        {
            float[] items = Vectors.Rows(family, new Random(dimension), 70, dimension);
            using var arrays = new QuantisedArrays(items, dimension);
            QuantisedRows quantised = arrays.Rows;
            for (int row = 0; row < 70; row++)
            {
                QuantisedBlock block = quantised.Blocks[row / 16];
                double error = 0, norm = 0;
                for (int c = 0; c < dimension; c++)
                {
                    int code = quantised.Codes[row * quantised.PaddedDimension + c] - QuantisedRows.ZeroCode;
                    Assert.InRange(code, -127, 127);
                    error += Math.Pow(items[row * dimension + c] - (double)block.Scale * code, 2);
                    norm += Math.Pow(items[row * dimension + c], 2);
                }
                Assert.True(Math.Sqrt(error) <= block.ErrorMax && Math.Sqrt(norm) <= block.NormMax && block.Scale > 0);
            }
        }
    }

    [Fact]
    public void PaddingIsZeroAndPiecesEqualTheWhole()
    {
        const int Rows = 150, Dimension = 70;
        float[] items = Vectors.Uniform(new Random(1), Rows * Dimension);
        using QuantisedArrays whole = new(items, Dimension), piece = new(items.AsSpan(64 * Dimension, 64 * Dimension), Dimension);
        Assert.Equal(192 * 128, whole.Rows.Codes.Length);
        Assert.Equal(whole.Rows.Codes.Slice(64 * 128, 64 * 128), piece.Rows.Codes);
        Assert.Equal(whole.Rows.Blocks.Slice(4, 4), piece.Rows.Blocks);
        for (int row = 0; row < 192; row++)
            for (int c = row < Rows ? Dimension : 0; c < 128; c++)
                Assert.Equal(QuantisedRows.ZeroCode, whole.Rows.Codes[row * 128 + c]);
        Assert.Equal(new QuantisedBlock(1, 0, 0), whole.Rows.Blocks[^1]);
    }

    [Fact]
    public void ARowOfZerosHasNoError()
    {
        using var arrays = new QuantisedArrays(new float[16 * 8], 8);
        Assert.Equal((0, 0), (arrays.Rows.Blocks[0].ErrorMax, arrays.Rows.Blocks[0].NormMax));
    }

    [Fact]
    public void RefusesWhatIsNotANumberAndNamesItsRow()
    {
        float[] items = new float[40];
        items[27] = float.NaN;
        Assert.Contains("row 3 holds NaN at coordinate 3", Refusal(items, 8, 64 * 64, 4));
        Assert.Contains("64 × 64 codes and 4 blocks, not 7 and 4", Refusal(items, 8, 7, 4));
        Assert.Contains("must be 1 to 4096", Refusal(new float[4097], 4097, 64 * 4160, 4));
    }

    private static string Refusal(float[] items, int dimension, int codes, int blocks) =>
        Assert.ThrowsAny<ArgumentException>(() => Quantiser.Quantise(items, dimension, new byte[codes], new QuantisedBlock[blocks])).Message;
}
