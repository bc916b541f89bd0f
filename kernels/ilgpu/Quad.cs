namespace Rubato.KernelCompiler;

/// <summary>16 bytes in four registers.</summary>
internal readonly struct Quad(uint x, uint y, uint z, uint w)
{
    public readonly uint X = x, Y = y, Z = z, W = w;
}
