using System.CommandLine;
using Rubato.Server.Commands;

namespace Rubato.Server;

internal static class Program
{
    public static RootCommand Commands() => new("Rubato scores and allocates promoted music.")
    {
        CatalogueCommand.Create(),
        SearchCommand.Create(),
        SolveCommand.Create(),
    };

    private static Task<int> Main(string[] args) => CommandErrors.RunAsync(Commands(), args, Console.Out, Console.Error);
}
