using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>The fp32 values themselves.</summary>
internal sealed class ScanFormatSingle : ScanFormat
{
    public override string Name => "fp32";

    public override int RowBytes(int dimension) => sizeof(float) * Stride(dimension);

    public override double BoundBytes => 0;

    public override int QueryBytes(int dimension) => RowBytes(dimension);

    public override ScanShape Shape(int queries) => ScanShape.Single;

    /// <remarks>A thread sums every eighth quad of products, each with at most two roundings; three shuffles add eight threads.</remarks>
    public override bool TryPrepare(in ItemMatrix items, float scale, ReadOnlySpan<float> query, ref QueryLane lane, Span<byte> target)
    {
        Lay(query, target);
        var bound = new FloatBound(query, items.NormMax, depth: 2 * 4 * ((items.Dimension + 31) / 32) + 3);
        lane = new QueryLane { Scale = 1, Constant = bound.Error, Margin = 1 };
        return bound.InRange;
    }

    public override HeldPart Upload(HeldUpload upload, in ItemMatrix items) => upload.Part(rows: null, blocks: null, upload.Values(items), scale: 1);

    /// <summary>Values from row to row: whole loads of 16 bytes.</summary>
    public static int Stride(int dimension) => (dimension + 3) / 4 * 4;
}
