namespace Rubato.Tests.Ptx;

/// <summary>An instruction as written.</summary>
/// <param name="Line">line of the module's text, from 1</param>
/// <param name="Opcode">first part of the name</param>
/// <param name="Modifiers">the other parts, without their dots</param>
/// <param name="Operands">destination first</param>
/// <param name="Guard">predicate register that guards it, or null</param>
/// <param name="GuardNegated">whether the guard is @!</param>
internal sealed record PtxInstruction(int Line, string Opcode, string[] Modifiers, PtxOperand[] Operands, string? Guard, bool GuardNegated)
{
    public string Name => Modifiers.Length == 0 ? Opcode : $"{Opcode}.{string.Join('.', Modifiers)}";

    public bool Has(string modifier) => Array.IndexOf(Modifiers, modifier) >= 0;

    /// <summary>The types among the modifiers, in order.</summary>
    public PtxType[] Types => [.. Modifiers.Select(PtxType.Parse).Where(type => type is not null).Select(type => type!.Value)];

    /// <summary>Names that it reads, in operands, addresses and guard; not registers alone.</summary>
    public IEnumerable<string> Reads => Names(Operands.Skip(HasResult ? 1 : 0)).Concat(Guard is null ? [] : [Guard]);

    /// <summary>Registers that it writes.</summary>
    public IEnumerable<string> Writes => Names(Operands.Take(HasResult ? 1 : 0));

    private bool HasResult => Opcode is not ("st" or "red" or "cp" or "bra" or "bar" or "barrier" or "ret" or "exit");

    public override string ToString() => $"line {Line}: {Name}";

    private static IEnumerable<string> Names(IEnumerable<PtxOperand> operands) => operands.SelectMany(PtxDecoder.Parts)
        .Select(operand => operand switch { PtxOperand.Name name => name.Text, PtxOperand.Address address => address.Base, _ => null }).OfType<string>();
}
