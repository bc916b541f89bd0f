using System.Text;
using System.Text.RegularExpressions;

namespace Rubato.KernelCompiler;

/// <summary>
/// Operands of inline PTX go through local memory ("depots") in the compiler's output. A depot that is only loaded and stored whole is a
/// register under another name: this pass gives it one.
/// </summary>
internal static partial class PtxDepots
{
    /// <summary>Replaces every depot of a module by a register.</summary>
    /// <exception cref="InvalidOperationException">A depot is not a scalar, or its address is used for something else.</exception>
    public static string ToRegisters(string ptx, string entry)
    {
        var depots = new Dictionary<string, string>();    // depot → register
        var addresses = new Dictionary<string, string>(); // register with the address of a depot → the depot's register
        var text = new StringBuilder();
        foreach (string line in ptx.Split('\n'))
        {
            if (Declaration().Match(line) is { Success: true } declared)
            {
                int bytes = int.Parse(declared.Groups[2].Value);
                if (bytes is not (4 or 8)) throw new InvalidOperationException($"{entry}: depot {declared.Groups[1].Value} of {bytes} bytes is no scalar");
                depots.Add(declared.Groups[1].Value, $"%{(bytes == 4 ? "w" : "d")}{depots.Count}");
            }
            else if (Address().Match(line) is { Success: true } address && depots.ContainsKey(address.Groups[2].Value))
                addresses.Add(address.Groups[1].Value, depots[address.Groups[2].Value]);
            else
                text.Append(Access(line, addresses, entry)).Append('\n');
        }
        // One range of names for each width; numbers that belong to the other width stay unused.
        string registers = depots.Count == 0 ? "" : $"\t.reg .b32\t%w<{depots.Count}>;\n\t.reg .b64\t%d<{depots.Count}>;\n";
        return text.ToString().Replace("\n{\n", "\n{\n" + registers, StringComparison.Ordinal);
    }

    private static string Access(string line, Dictionary<string, string> addresses, string entry)
    {
        if (Store().Match(line) is { Success: true } store && addresses.TryGetValue(store.Groups[2].Value, out string? target))
            return $"\tmov.{store.Groups[1].Value}\t{target}, {store.Groups[3].Value};";
        if (Load().Match(line) is { Success: true } load && addresses.TryGetValue(load.Groups[3].Value, out string? source))
            return $"\tmov.{load.Groups[1].Value}\t{load.Groups[2].Value}, {source};";
        foreach (string address in addresses.Keys)
            if (Regex.IsMatch(line, Regex.Escape(address) + @"\b"))
                throw new InvalidOperationException($"{entry}: the address of a depot is used in \"{line.Trim()}\"");
        return line;
    }

    [GeneratedRegex(@"^\s*\.local \.align \d+ \.b8 (__local_depot\d+)\[(\d+)\];")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^\s*mov\.b64\s+(%rd\d+), (__local_depot\d+);")]
    private static partial Regex Address();

    [GeneratedRegex(@"^\s*st\.local\.(\w+)\s+\[(%rd\d+)\], ([^;]+);")]
    private static partial Regex Store();

    [GeneratedRegex(@"^\s*ld\.local\.(\w+)\s+([^,]+), \[(%rd\d+)\];")]
    private static partial Regex Load();
}
