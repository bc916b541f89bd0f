using System.Numerics;

namespace Rubato.Tests.Ptx;

/// <summary>Turns instructions into what they do. An instruction that is not known fails by name.</summary>
internal static class PtxDecoder
{
    public static PtxStep Decode(PtxKernel kernel, PtxInstruction source)
    {
        try
        {
            int guard = source.Guard is null ? -1 : Destination(kernel, new PtxOperand.Name(source.Guard), PtxType.Predicate);
            if (source.Opcode == "bra")
                return new PtxStep(source, guard, source.Has("uni") ? PtxStepKind.UniformBranch : PtxStepKind.Branch, Label(kernel, source), null);
            if (source.Name is "ret" or "exit") return new PtxStep(source, guard, PtxStepKind.Return, 0, null);
            if (source.Name is "bar.sync" or "barrier.sync.aligned")
                return Unguarded(source, PtxStepKind.Barrier, source.Operands is [PtxOperand.Number { Value: 0 }] ? null : throw Unknown(source));
            Action<PtxWarp, uint> execute = PtxArithmetic.Decode(kernel, source) ?? PtxMoves.Decode(kernel, source) ?? PtxAccess.Decode(kernel, source)
                ?? PtxCopies.Decode(kernel, source) ?? PtxExchange.Decode(kernel, source) ?? PtxMatrix.Decode(kernel, source) ?? throw Unknown(source);
            return source.Opcode is "shfl" or "vote" or "redux" or "mma" or "ldmatrix"
                ? Unguarded(source, PtxStepKind.Converged, execute)
                : new PtxStep(source, guard, PtxStepKind.Plain, 0, execute);
        }
        catch (PtxException problem) when (!problem.Message.StartsWith("line ", StringComparison.Ordinal))
        {
            throw new PtxException($"{source}: {problem.Message}");
        }
    }

    /// <summary>The index of a destination register.</summary>
    public static int Destination(PtxKernel kernel, PtxOperand operand, PtxType type, bool wide = false)
    {
        if (operand is not PtxOperand.Name name || !kernel.Registers.TryGetValue(name.Text, out PtxRegister? register))
            throw new PtxException("the destination is no declared register");
        if (!(register.Type.Agrees(type) || (wide && register.Type.Bits > type.Bits && register.Type.Kind != 'p')))
            throw new PtxException($"{name.Text} is {register.Type}, but {type} is written");
        return register.Index;
    }

    /// <summary>The parts of a vector operand, or the operand itself.</summary>
    public static PtxOperand[] Parts(PtxOperand operand) => operand is PtxOperand.Vector vector ? vector.Parts : [operand];

    /// <summary>Lane by lane.</summary>
    public static void Each(uint lanes, Action<int> action)
    {
        for (uint rest = lanes; rest != 0; rest &= rest - 1) action(BitOperations.TrailingZeroCount(rest));
    }

    public static PtxException Unknown(PtxInstruction source) => new($"{source}: the interpreter does not know this instruction");

    private static PtxStep Unguarded(PtxInstruction source, PtxStepKind kind, Action<PtxWarp, uint>? execute) =>
        source.Guard is null ? new PtxStep(source, -1, kind, 0, execute) : throw new PtxException("an instruction of all lanes must not have a guard");

    private static int Label(PtxKernel kernel, PtxInstruction source) =>
        source.Operands is [PtxOperand.Name name] && kernel.Labels.TryGetValue(name.Text, out int target) ? target : throw new PtxException("unknown label");
}
