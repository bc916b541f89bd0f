namespace Rubato.KernelCompiler;

/// <summary>Two doubles.</summary>
internal readonly struct Pair(double x, double y)
{
    public readonly double X = x, Y = y;
}
