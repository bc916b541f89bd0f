namespace Rubato.Tests.Ptx;

/// <summary>A decoded source operand: a register, a number, an address of a variable, or a special register.</summary>
internal sealed class PtxSource
{
    private readonly int _register = -1;
    private readonly ulong _value;
    private readonly Func<PtxWarp, int, ulong>? _special;

    /// <param name="kernel">for the names</param>
    /// <param name="operand">as written</param>
    /// <param name="type">what the instruction takes it for</param>
    /// <param name="wide">whether a register may be wider than the type (cvt, st)</param>
    public PtxSource(PtxKernel kernel, PtxOperand operand, PtxType type, bool wide = false)
    {
        switch (operand)
        {
            case PtxOperand.Number number:
                if (number.FloatBits != 0 && (number.FloatBits != type.Bits || type.Kind is not ('f' or 'b')))
                    throw new PtxException($"a number of {number.FloatBits} float bits where {type} is wanted");
                if (number.FloatBits == 0 && type.IsFloat) throw new PtxException($"an integer where {type} is wanted");
                _value = number.Value & type.Mask;
                break;
            case PtxOperand.Name name when kernel.Registers.TryGetValue(name.Text, out PtxRegister? register):
                if (!(register.Type.Agrees(type) || (wide && register.Type.Bits > type.Bits && register.Type.Kind != 'p')))
                    throw new PtxException($"{name.Text} is {register.Type}, but {type} is wanted");
                _register = register.Index;
                break;
            case PtxOperand.Name name when kernel.Shared.TryGetValue(name.Text, out int start):
                _value = (ulong)start;
                break;
            case PtxOperand.Name name:
                _special = Special(name.Text);
                break;
            default:
                throw new PtxException("an operand of another form is wanted");
        }
    }

    public ulong Get(PtxWarp warp, int lane) =>
        _register >= 0 ? warp.Read(_register, lane) : _special is null ? _value : _special(warp, lane);

    private static Func<PtxWarp, int, ulong> Special(string name) => name switch
    {
        "%tid.x" => (warp, lane) => (ulong)warp.Thread(lane),
        "%ntid.x" => (warp, _) => (ulong)warp.Block.Launch.BlockThreads,
        "%ctaid.x" => (warp, _) => (ulong)warp.Block.X,
        "%ctaid.y" => (warp, _) => (ulong)warp.Block.Y,
        "%nctaid.x" => (warp, _) => (ulong)warp.Block.Launch.GridX,
        "%nctaid.y" => (warp, _) => (ulong)warp.Block.Launch.GridY,
        "%laneid" => (_, lane) => (ulong)lane,
        _ => throw new PtxException($"unknown name {name}"),
    };
}
