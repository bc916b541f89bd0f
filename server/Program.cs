using System.CommandLine;
using Rubato.Server.Commands;

namespace Rubato.Server;

internal static class Program
{
    public static RootCommand Commands() => new("Rubato scores and allocates promoted music.")
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

    private static Task<int> Main(string[] args)
    {
        // The thread that learns of received bytes serves them itself; the setting is read when the first socket is made.
        const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
        if (Environment.GetEnvironmentVariable(InlineCompletions) is null) Environment.SetEnvironmentVariable(InlineCompletions, "1");
        return CommandErrors.RunAsync(Commands(), args, Console.Out, Console.Error);
    }
}
