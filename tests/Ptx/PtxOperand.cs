namespace Rubato.Tests.Ptx;

/// <summary>An operand as written.</summary>
internal abstract record PtxOperand
{
    /// <summary>A name: a register, a special register, a label, a variable.</summary>
    internal sealed record Name(string Text) : PtxOperand;

    /// <summary>A number: an integer, or the bits of a float of the given width.</summary>
    internal sealed record Number(ulong Value, int FloatBits) : PtxOperand;

    /// <summary>[name + offset] or [number].</summary>
    internal sealed record Address(string? Base, long Offset) : PtxOperand;

    /// <summary>{ a, b, … }</summary>
    internal sealed record Vector(PtxOperand[] Parts) : PtxOperand;
}
