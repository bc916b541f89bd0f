namespace Rubato;

/// <summary>What the CUDA devices of this machine are, whether they are right, and how fast.</summary>
/// <param name="Driver">version of CUDA that the driver supports, such as 12.4</param>
/// <param name="Devices">the devices in use</param>
/// <param name="Refused">why others are not used, one line each</param>
/// <param name="Sets">sets of rows and queries that were compared with the reference</param>
/// <param name="MaxError">largest difference of a score from the reference; ∞ when a row differs, not a number when a device failed</param>
/// <param name="Kinds">the same for each kind of rows, finished by the device too; those that failed are missing</param>
/// <param name="Allocation">the allocation pass on the first device, sums compared with the CPU's; null where it failed</param>
/// <param name="Failures">what the devices failed at; empty when they did everything</param>
/// <param name="QueriesMin">smallest batch that the devices answer quicker than one thread of the CPU; <see cref="int.MaxValue"/> when there is none, 0 where the devices failed</param>
/// <param name="Runs">throughput, by batch; those that the devices failed at are missing</param>
public sealed record GpuReport(string Driver, IReadOnlyList<GpuDeviceReport> Devices, IReadOnlyList<string> Refused, int Sets, double MaxError,
    IReadOnlyList<GpuKindReport> Kinds, VariantReport? Allocation, IReadOnlyList<string> Failures, int QueriesMin, IReadOnlyList<GpuRun> Runs)
{
    /// <summary>Every result equalled the reference to the bit, and no device failed.</summary>
    public bool Passed => MaxError == 0 && Kinds.All(kind => kind.MaxError == 0) && Allocation is { Passed: true } && Failures.Count == 0 && Runs.All(run => run.Passed);
}
