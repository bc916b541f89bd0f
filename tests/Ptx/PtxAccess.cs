using System.Buffers.Binary;

namespace Rubato.Tests.Ptx;

/// <summary>Loads, stores and atomics. A state space has to be named: generic addresses are refused.</summary>
internal static class PtxAccess
{
    /// <returns>null where the instruction is another</returns>
    public static Action<PtxWarp, uint>? Decode(PtxKernel kernel, PtxInstruction source) => source.Opcode switch
    {
        "ld" => Load(kernel, source),
        "st" => Store(kernel, source),
        "atom" or "red" => Atomic(kernel, source),
        _ => null,
    };

    private static Action<PtxWarp, uint> Load(PtxKernel kernel, PtxInstruction source)
    {
        PtxType type = Shape(source, ["param", "global", "shared"], ["nc", "L1::no_allocate"], out string space, out int count);
        PtxOperand[] parts = PtxDecoder.Parts(source.Operands[0]);
        if (parts.Length != count) throw new PtxException($"{parts.Length} destinations of a vector of {count}");
        int[] destinations = [.. parts.Select(part => PtxDecoder.Destination(kernel, part, type, wide: true))];
        if (space == "param") return Parameter(kernel, (PtxOperand.Address)source.Operands[1], destinations, type);
        Func<PtxWarp, int, long> address = Address(kernel, source.Operands[1]);
        return Counted(source, space, address, count * type.Bytes, (warp, lanes) => PtxDecoder.Each(lanes, lane =>
        {
            long at = address(warp, lane);
            for (int i = 0; i < count; i++)
            {
                int alignment = i == 0 ? count * type.Bytes : type.Bytes;
                ulong value = space == "global"
                    ? warp.Block.Launch.Memory.Load(at + i * type.Bytes, type.Bytes, alignment, warp.Block.Index)
                    : warp.Block.Shared.Load(at + i * type.Bytes, type.Bytes, alignment, warp.Thread(lane));
                warp.Write(destinations[i], lane, type.IsSigned ? (ulong)type.Extend(value) & Mask(kernel, parts[i]) : value);
            }
        }));
    }

    // A signed load into a wider register extends the sign as far as the register goes.
    private static ulong Mask(PtxKernel kernel, PtxOperand part) => kernel.Registers[((PtxOperand.Name)part).Text].Type.Mask;

    private static Action<PtxWarp, uint> Parameter(PtxKernel kernel, PtxOperand.Address address, int[] destinations, PtxType type)
    {
        if (address.Base != kernel.ParameterName) throw new PtxException($"unknown parameter {address.Base}");
        if (address.Offset < 0 || address.Offset + type.Bytes > kernel.ParameterBytes || address.Offset % type.Bytes != 0)
            throw new PtxException($"{type.Bytes} bytes at {address.Offset} of {kernel.ParameterBytes} parameter bytes");
        return (warp, lanes) =>
        {
            ReadOnlySpan<byte> data = warp.Block.Launch.Parameters.AsSpan((int)address.Offset, type.Bytes);
            ulong value = type.Bytes == 8 ? BinaryPrimitives.ReadUInt64LittleEndian(data) : BinaryPrimitives.ReadUInt32LittleEndian(data);
            PtxDecoder.Each(lanes, lane => warp.Write(destinations[0], lane, value));
        };
    }

    private static Action<PtxWarp, uint> Store(PtxKernel kernel, PtxInstruction source)
    {
        PtxType type = Shape(source, ["global", "shared"], [], out string space, out int count);
        Func<PtxWarp, int, long> address = Address(kernel, source.Operands[0]);
        PtxSource[] values = [.. PtxDecoder.Parts(source.Operands[1]).Select(part => new PtxSource(kernel, part, type, wide: true))];
        if (values.Length != count) throw new PtxException($"{values.Length} sources of a vector of {count}");
        return Counted(source, space, address, count * type.Bytes, (warp, lanes) => PtxDecoder.Each(lanes, lane =>
        {
            long at = address(warp, lane);
            for (int i = 0; i < count; i++)
            {
                int alignment = i == 0 ? count * type.Bytes : type.Bytes;
                ulong value = values[i].Get(warp, lane) & type.Mask;
                if (space == "global") warp.Block.Launch.Memory.Store(at + i * type.Bytes, value, type.Bytes, alignment, warp.Block.Index);
                else warp.Block.Shared.Store(at + i * type.Bytes, value, type.Bytes, alignment, warp.Thread(lane));
            }
        }));
    }

    /// <summary>The same, counted before it happens.</summary>
    public static Action<PtxWarp, uint> Counted(PtxInstruction source, string space, Func<PtxWarp, int, long> address, int bytes, Action<PtxWarp, uint> access) => (warp, lanes) =>
    {
        if (warp.Block.Launch.Traffic is { } traffic)
        {
            Span<long> addresses = stackalloc long[32];
            for (int lane = 0; lane < 32; lane++) addresses[lane] = (lanes >> lane & 1) != 0 ? address(warp, lane) : -1;
            if (space == "global") traffic.Global(source, addresses, bytes);
            else traffic.Shared(source, addresses, bytes);
        }
        access(warp, lanes);
    };

    private static Action<PtxWarp, uint> Atomic(PtxKernel kernel, PtxInstruction source)
    {
        bool returns = source.Opcode == "atom";
        if (source.Modifiers is not [var space and ("global" or "shared"), var operation, _] || source.Types is not [{ Bits: 32 or 64, IsFloat: false } type])
            throw PtxDecoder.Unknown(source);
        Func<ulong, ulong, ulong> change = operation switch
        {
            "add" => (old, value) => (old + value) & type.Mask,
            "or" => (old, value) => old | value,
            "max" => (old, value) => (type.IsSigned ? type.Extend(old) > type.Extend(value) : old > value) ? old : value,
            _ => throw PtxDecoder.Unknown(source),
        };
        int destination = returns ? PtxDecoder.Destination(kernel, source.Operands[0], type) : -1;
        Func<PtxWarp, int, long> address = Address(kernel, source.Operands[returns ? 1 : 0]);
        var operand = new PtxSource(kernel, source.Operands[returns ? 2 : 1], type);
        return (warp, lanes) => PtxDecoder.Each(lanes, lane =>
        {
            long at = address(warp, lane);
            ulong value = operand.Get(warp, lane);
            ulong old = space == "shared"
                ? warp.Block.Shared.Change(at, type.Bytes, warp.Thread(lane), before => change(before, value))
                : warp.Block.Launch.Memory.Change(at, type.Bytes, warp.Block.Index, before => change(before, value));
            if (returns) warp.Write(destination, lane, old);
        });
    }

    /// <summary>The address of [name + offset] for each lane.</summary>
    public static Func<PtxWarp, int, long> Address(PtxKernel kernel, PtxOperand operand)
    {
        if (operand is not PtxOperand.Address { Base: { } name } address) throw new PtxException("an address is wanted");
        bool narrow = kernel.Registers.TryGetValue(name, out PtxRegister? register) && register.Type.Bits == 32; // shared addresses fit 32 bits
        var source = new PtxSource(kernel, new PtxOperand.Name(name), new PtxType('b', narrow ? 32 : 64));
        return (warp, lane) => (long)source.Get(warp, lane) + address.Offset;
    }

    private static PtxType Shape(PtxInstruction source, string[] spaces, string[] decoration, out string space, out int count)
    {
        string? found = source.Modifiers.Length > 0 && Array.IndexOf(spaces, source.Modifiers[0]) >= 0 ? source.Modifiers[0] : null;
        if (found is null || source.Types is not [var type] || source.Operands.Length != 2) throw PtxDecoder.Unknown(source);
        (space, count) = (found, 1);
        foreach (string modifier in source.Modifiers[1..^1])
        {
            if (modifier is "v2" or "v4") count = modifier[1] - '0';
            else if (Array.IndexOf(decoration, modifier) < 0) throw PtxDecoder.Unknown(source);
        }
        return type;
    }
}
