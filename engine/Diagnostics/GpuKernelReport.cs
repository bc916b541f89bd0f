namespace Rubato;

/// <summary>A kernel as the driver compiled it.</summary>
/// <param name="Entry">its name</param>
/// <param name="Registers">registers of a thread</param>
/// <param name="LocalBytes">bytes of local memory of a thread; above 0 where registers were spilled</param>
public sealed record GpuKernelReport(string Entry, int Registers, int LocalBytes);
