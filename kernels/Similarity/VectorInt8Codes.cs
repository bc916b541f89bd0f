using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rubato.Kernels.Similarity;

/// <summary>The portable panel codes over int8 rows: AVX-VNNI, AVX2, or 128-bit registers.</summary>
internal sealed class VectorInt8Codes : PanelCodes
{
    /// <summary>From here on broadcasting rows to 16 lanes, some of them idle, beats summing horizontally.</summary>
    private const int LanesMin = 7;

    private readonly PanelCode _rows =
        AvxVnni.IsSupported ? new VectorRowsCode<CodeDotVnni, Vector256<int>>()
        : Avx2.IsSupported ? new VectorRowsCode<CodeDot256, Vector256<int>>()
        : new VectorRowsCode<CodeDot128, Vector128<int>>();

    private readonly PanelCode? _lanes = AvxVnni.IsSupported ? new VectorLanesCode() : null;

    public override PanelCode For(int dimension, int lanes, int aheadShare) => lanes >= LanesMin && _lanes is not null ? _lanes : _rows;
}
