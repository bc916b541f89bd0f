using BenchmarkDotNet.Running;

namespace Rubato.Bench;

internal static class Program
{
    private static void Main(string[] args)
    {
        if (args is ["allocation-problem", ..]) AllocationProblemFolder.Write(args[1..]);
        // In process: a project generated per benchmark could not reference the server, which is an executable of another framework.
        else BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args, "--inProcess"]);
    }
}
