using Rubato.Kernels.Cuda;
using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>Copies the rows of each request to a device in one of its kinds and lets it answer alone; counts what it passes on.</summary>
internal sealed class DeviceKindScan(IDevice device, string kind) : IScanKernel
{
    private const string FewBlocks = "int8 (few blocks)";

    public static readonly string[] Kinds = ["int8", "fp16", "fp32", FewBlocks];

    private readonly Fallback _fallback = new();

    public string Name => $"cuda-{kind}";

    public long PassedOn => _fallback.Queries;

    public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
    {
        using DeviceRows held = kind switch
        {
            "int8" => new DeviceRowsInt8(device, request.Items),
            FewBlocks => new DeviceRowsInt8(new SmallDevice(device), request.Items),
            "fp16" => new DeviceRowsHalf(device, request.Items),
            _ => new DeviceRowsSingle(device, request.Items),
        };
        return new DeviceScan(held, _fallback).Scan(request, workspace, rows, scores);
    }

    /// <summary>The CPU's fastest variant, counting.</summary>
    private sealed class Fallback : IScanKernel
    {
        private readonly IScanKernel _cpu = ScanKernels.FastestOfCpu();

        public long Queries { get; private set; }

        public string Name => _cpu.Name;

        public ScanStatistics Scan(in ScanRequest request, ScanWorkspace workspace, Span<int> rows, Span<float> scores)
        {
            Queries += request.QueryCount;
            return _cpu.Scan(request, workspace, rows, scores);
        }
    }
}
