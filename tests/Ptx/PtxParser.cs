using System.Globalization;

namespace Rubato.Tests.Ptx;

/// <summary>Reads a PTX module of one entry point.</summary>
internal sealed class PtxParser
{
    private readonly PtxTokens _tokens;

    private PtxParser(string ptx) => _tokens = new PtxTokens(ptx);

    /// <exception cref="PtxException">The text is not the PTX that we know.</exception>
    public static PtxKernel Parse(string ptx) => new PtxParser(ptx).Module();

    private PtxKernel Module()
    {
        PtxKernel? kernel = null;
        while (!_tokens.AtEnd)
        {
            int line = _tokens.Line;
            switch (_tokens.Take())
            {
                case ".version" or ".target" or ".address_size": _tokens.Take(); break;
                case ".visible": break;
                case ".entry" when kernel is null: kernel = Entry(); break;
                case string other: throw new PtxException($"line {line}: unknown directive \"{other}\"");
            }
        }
        return kernel ?? throw new PtxException("the module has no entry point");
    }

    private PtxKernel Entry()
    {
        string name = _tokens.Take();
        _tokens.Expect("(");
        _tokens.Expect(".param");
        _tokens.Expect(".align");
        _tokens.TakeCount();
        _tokens.Expect(".b8");
        string parameter = _tokens.Take();
        _tokens.Expect("[");
        var kernel = new PtxKernel { Name = name, ParameterName = parameter, ParameterBytes = _tokens.TakeCount() };
        _tokens.Expect("]");
        _tokens.Expect(")");
        if (_tokens.TakeIf(".maxntid"))
        {
            kernel.BlockThreads = _tokens.TakeCount();
            while (_tokens.TakeIf(",")) kernel.BlockThreads *= _tokens.TakeCount();
            if (_tokens.TakeIf(".minnctapersm")) kernel.BlocksMin = _tokens.TakeCount(); // means nothing without .maxntid, so it is not known there
        }
        _tokens.Expect("{");
        for (int depth = 1; depth > 0;)
        {
            if (_tokens.TakeIf("{")) depth++;
            else if (_tokens.TakeIf("}")) depth--;
            else Statement(kernel);
        }
        return kernel;
    }

    private void Statement(PtxKernel kernel)
    {
        if (_tokens.TakeIf(".reg")) Registers(kernel);
        else if (_tokens.TakeIf(".shared")) Shared(kernel);
        else if (_tokens.Peek(1) == ":")
        {
            kernel.Labels.Add(_tokens.Take(), kernel.Instructions.Count);
            _tokens.Expect(":");
        }
        else kernel.Instructions.Add(Instruction());
    }

    private void Registers(PtxKernel kernel)
    {
        int line = _tokens.Line;
        string type = _tokens.Take();
        PtxType parsed = PtxType.Parse(type[1..]) ?? throw new PtxException($"line {line}: \"{type}\" is no register type");
        do
        {
            string name = _tokens.Take();
            if (_tokens.TakeIf("<"))
            {
                int count = _tokens.TakeCount();
                _tokens.Expect(">");
                for (int i = 0; i < count; i++) Declare(kernel, $"{name}{i}", parsed);
            }
            else Declare(kernel, name, parsed);
        }
        while (_tokens.TakeIf(","));
        _tokens.Expect(";");
    }

    // The same name in another { } block is another register; one register for both only makes the check for unwritten ones weaker.
    private static void Declare(PtxKernel kernel, string name, PtxType type)
    {
        if (kernel.Registers.TryGetValue(name, out PtxRegister? known) && known.Type == type) return;
        kernel.Registers.Add(name, new PtxRegister(name, type, kernel.Registers.Count));
    }

    private void Shared(PtxKernel kernel)
    {
        _tokens.Expect(".align");
        int alignment = _tokens.TakeCount();
        _tokens.Expect(".b8");
        string name = _tokens.Take();
        _tokens.Expect("[");
        int start = (kernel.SharedBytes + alignment - 1) / alignment * alignment;
        kernel.Shared.Add(name, start);
        kernel.SharedBytes = start + _tokens.TakeCount();
        _tokens.Expect("]");
        _tokens.Expect(";");
    }

    private PtxInstruction Instruction()
    {
        int line = _tokens.Line;
        string? guard = null;
        bool negated = false;
        if (_tokens.TakeIf("@"))
        {
            negated = _tokens.TakeIf("!");
            guard = _tokens.Take();
        }
        string[] name = _tokens.Take().Split('.');
        var operands = new List<PtxOperand>();
        while (!_tokens.TakeIf(";"))
        {
            if (operands.Count > 0) _tokens.Expect(",");
            operands.Add(Operand());
        }
        return new PtxInstruction(line, name[0], name[1..], [.. operands], guard, negated);
    }

    private PtxOperand Operand()
    {
        if (_tokens.TakeIf("{"))
        {
            var parts = new List<PtxOperand>();
            do parts.Add(Operand()); while (_tokens.TakeIf(","));
            _tokens.Expect("}");
            return new PtxOperand.Vector([.. parts]);
        }
        if (_tokens.TakeIf("["))
        {
            string? name = Number(_tokens.Peek()) is null ? _tokens.Take() : null;
            long offset = 0;
            if (name is null || _tokens.TakeIf("+"))
            {
                int line = _tokens.Line;
                offset = (long)(Number(_tokens.Take()) ?? throw new PtxException($"line {line}: an offset is a number")).Value;
            }
            _tokens.Expect("]");
            return new PtxOperand.Address(name, offset);
        }
        string text = _tokens.Take();
        return (PtxOperand?)Number(text) ?? new PtxOperand.Name(text);
    }

    private static PtxOperand.Number? Number(string text)
    {
        if (text.Length == 0 || !(char.IsAsciiDigit(text[0]) || text[0] == '-')) return null;
        if (text.StartsWith("0f", StringComparison.OrdinalIgnoreCase)) return new(ulong.Parse(text.AsSpan(2), NumberStyles.HexNumber), 32);
        if (text.StartsWith("0d", StringComparison.OrdinalIgnoreCase)) return new(ulong.Parse(text.AsSpan(2), NumberStyles.HexNumber), 64);
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) return new(ulong.Parse(text.AsSpan(2), NumberStyles.HexNumber), 0);
        return text[0] == '-' ? new((ulong)long.Parse(text), 0) : new(ulong.Parse(text), 0);
    }
}
