using System.Runtime.InteropServices;

namespace Rubato.Kernels.Similarity;

/// <summary>Scores of int8 codes, bounded by |q·x − s·t·(q̂·x̂)| ≤ ‖t·q̂‖·‖e‖ + ‖f‖·‖x‖ and slack; derived in README.md.</summary>
internal sealed class Int8Arithmetic : PanelArithmetic
{
    /// <summary>32 roundings to fp32: about three times what the comparison and the bounds take.</summary>
    private const double Slack = 32.0 / (1 << 24);

    /// <summary>
    /// Errors without a system have a standard deviation of about E ÷ √(2 · dimension); a margin of 3 E ÷ √dimension is four of them.
    /// </summary>
    private const float MarginFactor = 3;

    /// <summary>Norms beyond this could overflow the bounds.</summary>
    private const double NormLimit = 1e30;

    /// <summary>Absolute slack for underflow: 2⁻¹²⁵.</summary>
    private const float Underflow = 2.3509887e-38f;

    public static readonly Int8Arithmetic Instance = new();

    public override bool ReadsCodes => true;

    public override int ElementBytes => 4;

    public override int RowBytes(in ItemMatrix items) => items.Quantised.Rows == 0 ? 0 : items.Quantised.PaddedDimension;

    public override int QueryBytes(int dimension) => QuantisedRows.Padded(dimension);

    // Measured on 1,000,000 × 128 with filters that allow 1 row in 4 to 256: 14 rows for one query, which waits for memory; 57 (VNNI) to 83 (AMX)
    // for eight, which share what is read; 125 to 230 for 32, which arithmetic bounds.
    public override int FetchRows(int queries) => Math.Min(8 + 6 * queries, 160);

    public override bool Prepare(in ItemMatrix items, ReadOnlySpan<float> query, ref Lane lane, Span<byte> plain)
    {
        plain.Clear();
        Span<sbyte> codes = MemoryMarshal.Cast<byte, sbyte>(plain);
        float scale = Quantiser.Scale(query);
        double norm = 0, codeNorm = 0, error = 0;
        int sum = 0;
        for (int c = 0; c < query.Length; c++)
        {
            int code = Quantiser.Code(query[c], scale);
            codes[c] = (sbyte)code;
            sum += code;
            double rounded = (double)scale * code, rest = query[c] - rounded;
            norm += (double)query[c] * query[c];
            codeNorm += rounded * rounded;
            error += rest * rest;
        }
        (norm, codeNorm, error) = (Math.Sqrt(norm), Math.Sqrt(codeNorm), Math.Sqrt(error));
        lane.Scale = scale;
        lane.ErrorFactor = Quantiser.RoundUp(codeNorm + Slack * (norm + error));
        lane.NormFactor = Quantiser.RoundUp(error + Slack * (norm + error));
        lane.Constant = Underflow;
        lane.Margin = MathF.Min(1, MarginFactor / MathF.Sqrt(query.Length));
        lane.FirstSum = -QuantisedRows.ZeroCode * sum;
        return norm < NormLimit && items.NormMax < NormLimit;
    }

    public override float CodeBar(in Lane lane, float bar) => (bar - lane.Constant) / lane.Scale;
}
