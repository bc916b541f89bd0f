using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Rubato.Server.Commands;

/// <summary>--help of every command; behind that of serve stand the configuration keys, which are too many for a description.</summary>
internal sealed class ServeHelp : SynchronousCommandLineAction
{
    private readonly HelpAction _usual = new();

    public override bool ClearsParseErrors => true; // help is wanted where required options are missing, too

    public override int Invoke(ParseResult parseResult)
    {
        int code = _usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command.Name != ServeCommand.Name) return code;
        TextWriter output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Configuration keys, with their defaults (docs/OPERATIONS.md says more):");
        foreach (Setting setting in Settings.All) output.WriteLine($"  {setting.Key,-31} {setting.Rule} [default: {setting.Default}]");
        output.WriteLine();
        return code;
    }
}
