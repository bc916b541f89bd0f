namespace Rubato;

/// <summary>One kind of rows, scanned and finished by a device alone, one launch after the other: what checks kernels that no server path takes.</summary>
/// <param name="Kind">int8, fp16 or fp32</param>
/// <param name="MaxError">largest difference of a score from the reference; ∞ when a row differs</param>
/// <param name="PassedOn">queries whose bounds do not hold or do not separate the rows, which the CPU answered</param>
public sealed record GpuKindReport(string Kind, double MaxError, long PassedOn);
