namespace Rubato.KernelCompiler;

/// <summary>Two integers.</summary>
internal readonly struct IntPair(int x, int y)
{
    public readonly int X = x, Y = y;
}
