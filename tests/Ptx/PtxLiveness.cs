namespace Rubato.Tests.Ptx;

/// <summary>The registers of a kernel whose values are still wanted, and the most of them at once: what a compiler must find room for.</summary>
/// <remarks>
/// <para>
/// Backward data flow to a fixed point, instruction by instruction: wanted before is what is read, and what is wanted after and not
/// overwritten. A guarded instruction leaves the lanes that it skips their old value, so it overwrites nothing.
/// </para>
/// <para>
/// A register of 64 bits counts as two, any other as one; predicates have registers of their own. Not counted is what takes no register:
/// numbers, addresses of shared variables and parameters (constant memory) are operands of machine instructions; a copy that nobody reads is
/// removed; a register written once, as a copy of one that is written once, is that one. Other copies are where paths join. They cost
/// nothing by themselves, because the count is taken between instructions, where the source is gone unless it is wanted again.
/// </para>
/// <para>
/// This is an estimate, and no bound of what <c>ptxas</c> assigns. That may be more: it moves loads ahead, keeps addresses through a loop
/// that the text computes anew, needs neighbours for wide values and temporaries for divisions. It may be less: it sinks or repeats
/// computations, and puts what a warp has in common into uniform registers.
/// </para>
/// </remarks>
internal sealed class PtxLiveness
{
    private readonly PtxKernel _kernel;
    private readonly PtxRegister[] _registers;
    private readonly int[][] _reads, _writes;

    /// <param name="kernel">of instructions that the interpreter knows</param>
    public PtxLiveness(PtxKernel kernel)
    {
        _kernel = kernel;
        _registers = [.. kernel.Registers.Values.OrderBy(register => register.Index)];
        _reads = [.. kernel.Instructions.Select(instruction => Indices(instruction.Reads))];
        _writes = [.. kernel.Instructions.Select(instruction => Indices(instruction.Writes))];
        while (RemoveUnreadCopies()) { }
        Dictionary<int, int> writers = Enumerable.Range(0, _writes.Length).SelectMany(i => _writes[i].Select(register => (register, i)))
            .GroupBy(write => write.register).Where(writes => writes.Count() == 1 && kernel.Instructions[writes.First().i].Guard is null)
            .ToDictionary(writes => writes.Key, writes => writes.First().i);
        int[] origins = [.. _registers.Select(register => Origin(register.Index, writers))];
        foreach (int[][] sets in (int[][][])[_reads, _writes])
            for (int i = 0; i < sets.Length; i++) sets[i] = [.. sets[i].Select(register => origins[register]).Where(origin => origin >= 0)];
        Count(Wanted());
    }

    /// <summary>Most 32-bit registers live at once.</summary>
    public int Registers { get; private set; }

    /// <summary>The first line of the text where they are.</summary>
    public int Line { get; private set; }

    /// <summary>Most predicates live at once.</summary>
    public int Predicates { get; private set; }

    /// <summary>Names of registers that some path reads before it writes them.</summary>
    public string[] Unwritten { get; private set; } = [];

    /// <summary>What is wanted before each instruction, and behind the last.</summary>
    private HashSet<int>[] Wanted()
    {
        HashSet<int>[] before = [.. Enumerable.Range(0, _reads.Length + 1).Select(_ => new HashSet<int>())];
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int i = _reads.Length - 1; i >= 0; i--)
            {
                HashSet<int> wanted = After(before, i);
                if (_kernel.Instructions[i].Guard is null) wanted.ExceptWith(_writes[i]);
                wanted.UnionWith(_reads[i]);
                changed |= wanted.Count > before[i].Count; // the sets only grow
                before[i] = wanted;
            }
        }
        return before;
    }

    private HashSet<int> After(HashSet<int>[] before, int i)
    {
        PtxInstruction instruction = _kernel.Instructions[i];
        bool leaves = instruction.Guard is null && instruction.Opcode is "bra" or "ret" or "exit";
        HashSet<int> after = leaves ? [] : [.. before[i + 1]];
        if (instruction.Opcode == "bra") after.UnionWith(before[_kernel.Labels[((PtxOperand.Name)instruction.Operands[0]).Text]]);
        return after;
    }

    private bool RemoveUnreadCopies()
    {
        HashSet<int>[] before = Wanted();
        bool found = false;
        for (int i = 0; i < _writes.Length; i++)
        {
            if (_kernel.Instructions[i].Opcode != "mov" || _writes[i].Length == 0 || After(before, i).Contains(_writes[i][0])) continue;
            (_reads[i], _writes[i], found) = ([], [], true);
        }
        return found;
    }

    /// <summary>The register that a value is held in: another one for a copy, −1 for what takes none.</summary>
    /// <param name="register">index</param>
    /// <param name="writers">the instruction that writes it, for registers that one instruction writes, in all lanes</param>
    private int Origin(int register, Dictionary<int, int> writers)
    {
        if (!writers.TryGetValue(register, out int writer)) return register;
        PtxInstruction instruction = _kernel.Instructions[writer];
        if (instruction.Name.StartsWith("ld.param", StringComparison.Ordinal)) return -1;
        if (instruction.Opcode != "mov") return register;
        if (_reads[writer] is [int source]) return writers.ContainsKey(source) ? Origin(source, writers) : register;
        return instruction.Operands[1] is PtxOperand.Name { Text: ['%', ..] } ? register : -1; // a special register has to be fetched
    }

    private void Count(HashSet<int>[] before)
    {
        Unwritten = [.. before[0].Select(register => _registers[register].Name)];
        for (int i = 0; i < _reads.Length; i++)
        {
            HashSet<int> after = After(before, i);
            after.UnionWith(_writes[i]); // a result that nobody wants needs a place too
            foreach (HashSet<int> live in (HashSet<int>[])[before[i], after])
            {
                int predicates = live.Count(register => _registers[register].Type == PtxType.Predicate);
                int registers = live.Sum(register => _registers[register].Type.Bits > 32 ? 2 : 1) - predicates;
                Predicates = Math.Max(Predicates, predicates);
                if (registers > Registers) (Registers, Line) = (registers, _kernel.Instructions[i].Line);
            }
        }
    }

    /// <summary>The registers among some names.</summary>
    private int[] Indices(IEnumerable<string> names) =>
        [.. names.Where(_kernel.Registers.ContainsKey).Select(name => _kernel.Registers[name].Index).Distinct()];
}
