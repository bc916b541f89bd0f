using System.Runtime.InteropServices;

namespace Rubato.Kernels.Similarity;

/// <summary>Scores of fp32 values, bounded by <see cref="FloatBound"/>.</summary>
internal sealed class FloatArithmetic : PanelArithmetic
{
    public static readonly FloatArithmetic Instance = new();

    public override bool ReadsCodes => false;

    public override int ElementBytes => sizeof(float);

    public override int RowBytes(in ItemMatrix items) => items.Dimension * sizeof(float);

    public override int QueryBytes(int dimension) => (dimension * sizeof(float) + 63) / 64 * 64;

    // Measured as for the int8 codes: 3 rows for one query, 13 for eight, 36 for 32.
    public override int FetchRows(int queries) => Math.Min(2 + queries, 40);

    public override bool Prepare(in ItemMatrix items, ReadOnlySpan<float> query, ref Lane lane, Span<byte> plain)
    {
        plain.Clear();
        MemoryMarshal.AsBytes(query).CopyTo(plain);
        var bound = new FloatBound(query, items.NormMax, depth: query.Length + 4); // one lane may hold all products; 4 levels of 16 lanes
        lane = new Lane { Scale = 1, Constant = bound.Error, Margin = 1 };
        return bound.InRange;
    }

    public override float CodeBar(in Lane lane, float bar) => bar - lane.Constant;
}
