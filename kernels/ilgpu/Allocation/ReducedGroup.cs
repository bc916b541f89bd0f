namespace Rubato.KernelCompiler.Allocation;

/// <summary>Reduced values of four columns.</summary>
internal readonly struct ReducedGroup(double r0, double r1, double r2, double r3)
{
    public readonly double R0 = r0, R1 = r1, R2 = r2, R3 = r3;
}
