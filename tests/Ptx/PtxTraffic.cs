namespace Rubato.Tests.Ptx;

/// <summary>
/// Counts what a launch asks of memory, instruction by instruction: properties of the code that decide its speed, and need no device to be seen.
/// </summary>
/// <remarks>
/// Global memory is moved in sectors of 32 bytes; shared memory has 32 banks of 4 bytes, each of which serves one word at a time, to all
/// lanes that want it. Accesses of 8 bytes are served by half-warps, those of 16 by quarter-warps.
/// </remarks>
internal sealed class PtxTraffic
{
    private const int SectorBytes = 32, Banks = 32, WordBytes = 4;
    private readonly SortedDictionary<(int Line, bool Shared), Site> _sites = [];

    /// <summary>Instructions issued, each for a whole warp; copies of registers, which a compiler removes, are left out.</summary>
    public long Instructions { get; private set; }

    /// <summary>Every instruction that touched memory, in the order of the text.</summary>
    public IEnumerable<Site> Sites => _sites.Values;

    /// <summary>The instructions of a name, such as <c>ld.global</c>.</summary>
    public Site[] Of(string prefix) => [.. Sites.Where(site => site.Instruction.Name.StartsWith(prefix, StringComparison.Ordinal))];

    /// <summary>An instruction of a warp.</summary>
    public void Issue(PtxInstruction instruction) => Instructions += instruction.Opcode == "mov" ? 0 : 1;

    /// <summary>Lanes of a warp access global memory.</summary>
    /// <param name="instruction">which does it</param>
    /// <param name="addresses">of each lane, −1 where it takes no part</param>
    /// <param name="bytes">of each access</param>
    public void Global(PtxInstruction instruction, ReadOnlySpan<long> addresses, int bytes)
    {
        var sectors = new HashSet<long>();
        var places = new HashSet<long>();
        foreach (long address in addresses)
        {
            if (address < 0) continue;
            places.Add(address);
            for (long sector = address / SectorBytes; sector <= (address + bytes - 1) / SectorBytes; sector++) sectors.Add(sector);
        }
        Add(instruction, shared: false, sectors.Count, (places.Count * bytes + SectorBytes - 1) / SectorBytes);
    }

    /// <summary>Lanes of a warp access shared memory.</summary>
    /// <param name="instruction">which does it</param>
    /// <param name="addresses">of each lane, −1 where it takes no part</param>
    /// <param name="bytes">of each access</param>
    public void Shared(PtxInstruction instruction, ReadOnlySpan<long> addresses, int bytes)
    {
        int together = bytes <= WordBytes ? 32 : 32 * WordBytes / bytes;
        for (int first = 0; first < addresses.Length; first += together)
        {
            var words = new HashSet<long>();
            foreach (long address in addresses[first..Math.Min(first + together, addresses.Length)])
                for (long word = address / WordBytes; address >= 0 && word <= (address + bytes - 1) / WordBytes; word++) words.Add(word);
            if (words.Count > 0) Add(instruction, shared: true, words.GroupBy(word => word % Banks).Max(bank => bank.Count()), (words.Count + Banks - 1) / Banks);
        }
    }

    private void Add(PtxInstruction instruction, bool shared, int steps, int stepsMin)
    {
        if (!_sites.TryGetValue((instruction.Line, shared), out Site? site)) _sites.Add((instruction.Line, shared), site = new Site(instruction, shared, _sites.Count));
        site.Steps += steps;
        site.StepsMin += stepsMin;
    }

    /// <summary>One instruction of the text.</summary>
    internal sealed class Site(PtxInstruction instruction, bool shared, int order)
    {
        public PtxInstruction Instruction => instruction;

        /// <summary>Shared memory, not global; an asynchronous copy touches both.</summary>
        public bool Shared => shared;

        /// <summary>How many others touched memory before this one first did.</summary>
        public int Order => order;

        /// <summary>Sectors of global memory, or turns of the banks of shared memory.</summary>
        public long Steps { get; set; }

        /// <summary>As many as the bytes wanted fill at least.</summary>
        public long StepsMin { get; set; }

        public override string ToString() => $"{instruction} ({(shared ? "shared" : "global")}): {Steps} steps, {StepsMin} needed";
    }
}
