using BenchmarkDotNet.Running;

namespace Rubato.Bench;

internal static class Program
{
    /// <summary>In process: a project generated per benchmark could not reference the server, which is an executable of another framework.</summary>
    private static void Main(string[] args) => BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args, "--inProcess"]);
}
