using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>The int8 copy; bounds as on the CPU.</summary>
internal sealed class ScanFormatInt8 : ScanFormat
{
    /// <summary>Smallest product of two scales: thresholds are divided by it in fp32.</summary>
    private const float ScaleMin = 1e-30f;

    /// <summary>
    /// Fewer queries are scanned one by one, each reading the rows again; more, as a tile of 64, whose products cost the same for 1 as for 64.
    /// </summary>
    private const int BatchQueriesMin = 8;

    public override string Name => "int8";

    public override bool ReadsCodes => true;

    public override int RowBytes(int dimension) => QuantisedRows.Padded(dimension);

    public override int QueryBytes(int dimension) => RowBytes(dimension);

    public override ScanShape Shape(int queries) => queries < BatchQueriesMin ? ScanShape.Int8 : ScanShape.Int8Matrix;

    public override bool TryPrepare(in ItemMatrix items, float scale, ReadOnlySpan<float> query, ref QueryLane lane, Span<byte> target)
    {
        Lane prepared = default;
        bool holds = Int8Arithmetic.Instance.Prepare(items, query, ref prepared, target) && Norm(query) * items.NormMax < MagnitudeMax && prepared.Scale * scale >= ScaleMin;
        lane = new QueryLane
        {
            Scale = prepared.Scale,
            ErrorFactor = prepared.ErrorFactor,
            NormFactor = prepared.NormFactor,
            Constant = prepared.Constant,
            Margin = prepared.Margin,
            FirstSum = prepared.FirstSum,
        };
        return holds;
    }

    public override HeldPart Upload(HeldUpload upload, in ItemMatrix items)
    {
        CudaBuffer<byte> codes = upload.Codes(items);
        CudaBuffer<QuantisedBlock> blocks = upload.Blocks(items.Quantised.Blocks[(upload.FirstRow / QuantisedRows.BlockRows)..]);
        return upload.Part(codes, blocks, upload.HasRoomForValues ? upload.TryValues(items) : null, SmallestScale(items.Quantised));
    }

    public override unsafe nint AddressOf(in ItemMatrix items) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(items.Quantised.Codes));

    /// <summary>The smallest scale of a matrix.</summary>
    public static float SmallestScale(QuantisedRows rows)
    {
        float smallest = float.PositiveInfinity;
        foreach (QuantisedBlock block in rows.Blocks) smallest = Math.Min(smallest, block.Scale);
        return smallest;
    }
}
