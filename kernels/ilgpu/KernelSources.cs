using Rubato.KernelCompiler.Allocation;
using Rubato.KernelCompiler.Similarity;
using Rubato.Kernels.Cuda;

namespace Rubato.KernelCompiler;

/// <summary>All kernels.</summary>
internal static class KernelSources
{
    public static readonly KernelSource[] All =
    [
        KernelSource.Of<ScanParameters>("scan_int8", ScanInt8.Kernel, ScanInt8.BlockThreads, blocksMin: 4),
        KernelSource.Of<ScanParameters>("scan_int8_matrix", ScanInt8Matrix.Kernel, ScanInt8Matrix.BlockThreads, blocksMin: 3),
        KernelSource.Of<ScanParameters>("scan_fp16", ScanHalf.Kernel, ScanHalf.BlockThreads, blocksMin: 3),
        KernelSource.Of<ScanParameters>("scan_fp32", ScanSingle.Kernel, ScanSingle.BlockThreads, blocksMin: 5),
        KernelSource.Of<RaiseBarParameters>("raise_bar", RaiseBar.Kernel, RaiseBar.BlockThreads),
        KernelSource.Of<RescoreParameters>("rescore", Rescore.Kernel, Rescore.BlockThreads, blocksMin: 4),
        KernelSource.Of<TakeBestParameters>("take_best", TakeBest.Kernel, TakeBest.BlockThreads, blocksMin: 4),
        KernelSource.Of<OracleParameters>("oracle", Oracle.Kernel, Oracle.BlockThreads),
        KernelSource.Of<TotalsParameters>("oracle_totals", OracleTotals.Kernel, OracleTotals.BlockThreads),
    ];
}
