using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>Halves with a power of two as scale for each block of 16 rows: twice the bytes of int8, bounds 100 times tighter.</summary>
internal sealed class ScanFormatHalf : ScanFormat
{
    private const double UnitRoundoff = 1.0 / (1 << 24), HalfMax = 65504;

    /// <summary>Roundings outside the dot product: those of FloatBound, and the products with scale and factors.</summary>
    private const int OtherRoundings = 16;

    public override string Name => "fp16";

    public override int RowBytes(int dimension) => 2 * Stride(dimension);

    public override int QueryBytes(int dimension) => 2 * RowBytes(dimension);

    public override ScanShape Shape(int queries) => ScanShape.Half;

    /// <remarks>
    /// x = s·h + e: |s·fl(q·h) − q·x| ≤ γ·‖q‖·‖s·h‖ + ‖q‖·‖e‖ with ‖s·h‖ ≤ ‖x‖ + ‖e‖. A thread sums every eighth group of eight products,
    /// each with at most two roundings; three shuffles add eight threads.
    /// </remarks>
    public override bool TryPrepare(in ItemMatrix items, float scale, ReadOnlySpan<float> query, ref QueryLane lane, Span<byte> target)
    {
        Lay(query, target);
        int dimension = items.Dimension;
        double norm = Norm(query), roundings = 1.01 * (2 * 8 * ((dimension + 63) / 64) + 3 + OtherRoundings) * UnitRoundoff;
        lane = new QueryLane
        {
            Scale = 1,
            ErrorFactor = Quantiser.RoundUp(norm * (1 + roundings)),
            NormFactor = Quantiser.RoundUp(norm * roundings),
            Constant = Quantiser.RoundUp(2.0 * (dimension + 1) * float.Epsilon * Math.Max(1, scale)),
            Margin = 1,
        };
        return norm * items.NormMax < MagnitudeMax && norm * HalfMax < MagnitudeMax;
    }

    public override HeldPart Upload(HeldUpload upload, in ItemMatrix items)
    {
        var blocks = new QuantisedBlock[(upload.Rows + QuantisedRows.BlockRows - 1) / QuantisedRows.BlockRows];
        CudaBuffer<byte> halves = upload.Halves(items, Stride(items.Dimension), blocks);
        CudaBuffer<QuantisedBlock> bounds = upload.Blocks(blocks);
        return upload.Part(halves, bounds, upload.Values(items), LargestScale(blocks));
    }

    /// <summary>Halves from row to row: whole loads of 16 bytes.</summary>
    public static int Stride(int dimension) => (dimension + 7) / 8 * 8;

    /// <summary>The largest scale of some blocks.</summary>
    public static float LargestScale(ReadOnlySpan<QuantisedBlock> blocks)
    {
        float largest = 0;
        foreach (QuantisedBlock block in blocks) largest = Math.Max(largest, block.Scale);
        return largest;
    }
}
