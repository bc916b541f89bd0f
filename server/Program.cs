using System.CommandLine;

namespace Rubato.Server;

internal static class Program
{
    private static int Main(string[] args)
    {
        var root = new RootCommand("Rubato scores and allocates promoted music.");
        return root.Parse(args).Invoke();
    }
}
