namespace Rubato.Tests.Ptx;

/// <summary>A PTX type: b, u, s, f with its bits, or a predicate.</summary>
internal readonly record struct PtxType(char Kind, int Bits)
{
    public static readonly PtxType Predicate = new('p', 1);

    public int Bytes => Bits / 8;

    public bool IsSigned => Kind == 's';

    public bool IsFloat => Kind == 'f';

    /// <summary>All bits of the type.</summary>
    public ulong Mask => Bits >= 64 ? ulong.MaxValue : (1ul << Bits) - 1;

    /// <summary>Reads a type such as <c>u32</c> or <c>pred</c>; null where the text is none.</summary>
    public static PtxType? Parse(string text)
    {
        if (text == "pred") return Predicate;
        if (text.Length < 2 || text[0] is not ('b' or 'u' or 's' or 'f') || !int.TryParse(text.AsSpan(1), out int bits)) return null;
        return bits is 8 or 16 or 32 or 64 or 128 ? new PtxType(text[0], bits) : null;
    }

    /// <summary>Whether a register of this type may be an operand of an instruction of another (operand compatibility of same-size types).</summary>
    public bool Agrees(PtxType instruction)
    {
        if (Bits != instruction.Bits) return false;
        if (Kind == 'p' || instruction.Kind == 'p') return Kind == instruction.Kind;
        return Kind == 'b' || instruction.Kind == 'b' || IsFloat == instruction.IsFloat;
    }

    /// <summary>The value of raw bits as a signed number, for signed types, or as an unsigned one.</summary>
    public long Extend(ulong bits) => IsSigned && Bits < 64 ? (long)(bits << (64 - Bits)) >> (64 - Bits) : (long)(bits & Mask);

    public override string ToString() => Kind == 'p' ? "pred" : $"{Kind}{Bits}";
}
