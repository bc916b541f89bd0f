using System.CommandLine;
using System.CommandLine.Help;
using Rubato.Server.Commands;

namespace Rubato.Server;

internal static class Program
{
    public static RootCommand Commands()
    {
        var root = new RootCommand("Rubato scores and allocates promoted music.")
        {
            DemoCommand.Create(),
            ServeCommand.Create(),
            CatalogueCommand.Create(),
            SearchCommand.Create(),
            SolveCommand.Create(),
            SimulateCommand.Create(),
            LoadCommand.Create(),
            ModelCommand.Create(),
            DoctorCommand.Create(),
        };
        foreach (HelpOption help in root.Options.OfType<HelpOption>()) help.Action = new ServeHelp();
        return root;
    }

    private static Task<int> Main(string[] args)
    {
        // The thread that learns of received bytes serves them itself; the setting is read when the first socket is made.
        const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
        if (Environment.GetEnvironmentVariable(InlineCompletions) is null) Environment.SetEnvironmentVariable(InlineCompletions, "1");
        return CommandErrors.RunAsync(Commands(), args, Console.Out, Console.Error);
    }
}
