using System.Text.RegularExpressions;

namespace Rubato.KernelCompiler;

/// <summary>The text pass between the compiler's PTX and what is kept: fixed names, registers for depots, global accesses, honest branches.</summary>
internal static partial class PtxText
{
    /// <summary>Makes the final text of a module.</summary>
    /// <param name="ptx">what the compiler wrote</param>
    /// <param name="compiledName">its name of the entry point</param>
    /// <param name="entry">our name of it</param>
    /// <exception cref="InvalidOperationException">The kernel uses something that cannot run: an external function, an address of a local.</exception>
    public static string Finish(string ptx, string compiledName, string entry)
    {
        if (ptx.Contains(".extern .func", StringComparison.Ordinal))
            throw new InvalidOperationException($"{entry} calls a function that nobody defines: {ExternalFunction().Match(ptx).Value.Trim()}");
        ptx = ptx.Replace("\r\n", "\n", StringComparison.Ordinal);
        ptx = Regex.Replace(ptx, $@"\b{Regex.Escape(compiledName)}\b", entry);
        ptx = PtxDepots.ToRegisters(ptx, entry);
        ptx = MisplacedSpace().Replace(ptx, "$1.$3.$2.");
        ptx = GenericAccess().Replace(ptx, "$1.global$2");
        // The compiler takes the result of an atomic for uniform over the warp. It is not, and .uni on such a branch is undefined behaviour.
        ptx = GuardedUniformBranch().Replace(ptx, "$1bra\t");
        ptx = FloatSelection().Replace(ptx, "selp.f$1");
        return Tidy(Numbered(DeclarationsFirst(ptx)));
    }

    /// <summary>Names with a counter of the compiler's process become names in order of appearance.</summary>
    private static string Numbered(string ptx)
    {
        var names = new Dictionary<string, string>();
        int labels = 0, parameters = 0, shared = 0;
        return CountedName().Replace(ptx, match =>
        {
            if (names.TryGetValue(match.Value, out string? name)) return name;
            name = match.Value[0] == 'L' ? $"L{labels++}" : match.Value.StartsWith("_p_", StringComparison.Ordinal) ? $"p{parameters++}" : $"shared{shared++}";
            return names[match.Value] = name;
        });
    }

    /// <summary>Shared variables that inline PTX declares move to the top of the body.</summary>
    private static string DeclarationsFirst(string ptx)
    {
        string declarations = string.Concat(SharedDeclaration().Matches(ptx).Select(match => match.Value));
        int body = ptx.IndexOf("\n{\n", StringComparison.Ordinal) + 3;
        return ptx[..body] + declarations + SharedDeclaration().Replace(ptx[body..], "");
    }

    private static string Tidy(string ptx)
    {
        ptx = ExtraBlanks().Replace(ptx, "\n\n");
        return ptx.Trim().Replace("\t ", "\t", StringComparison.Ordinal) + "\n";
    }

    [GeneratedRegex(@"\.extern \.func.*")]
    private static partial Regex ExternalFunction();

    // Loads, stores and atomics without a state space go through long addresses, which are addresses of global memory.
    [GeneratedRegex(@"(?<=^\s*(?:@!?%p\d+ )?)(ld|st|atom|red)(\.(?:b|u|s|f)\d+|\.v\d|\.(?:add|min|max|and|or|xor|cas|exch)\.)", RegexOptions.Multiline)]
    private static partial Regex GenericAccess();

    // The compiler writes the state space behind the operation; the manual has it before.
    [GeneratedRegex(@"\b(atom|red)\.(\w+)\.(shared|global)\.")]
    private static partial Regex MisplacedSpace();

    [GeneratedRegex(@"^[ \t]*\.shared [^\n]*\n", RegexOptions.Multiline)]
    private static partial Regex SharedDeclaration();

    [GeneratedRegex(@"(@!?%p\d+ )bra\.uni\s+")]
    private static partial Regex GuardedUniformBranch();

    // A selection of bits into a register of floats, with a float for an operand: the manual has a type for that.
    [GeneratedRegex(@"selp\.b(32(?=\s+%f\d)|64(?=\s+%fd\d))")]
    private static partial Regex FloatSelection();

    [GeneratedRegex(@"\bL_\d+\b|\b_p_\d+\b|\b__shared_\w+\b")]
    private static partial Regex CountedName();

    [GeneratedRegex(@"\n(?:[ \t]*\n){2,}")]
    private static partial Regex ExtraBlanks();
}
