using BenchmarkDotNet.Running;

namespace Rubato.Bench;

internal static class Program
{
    private static void Main(string[] args)
    {
        if (args is ["allocation-problem", ..]) AllocationProblemFolder.Write(args[1..]);
        else BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    }
}
