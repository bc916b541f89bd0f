using System.Globalization;
using BenchmarkDotNet.Running;
using Rubato.Tests.Ledgers;

namespace Rubato.Bench;

internal static class Program
{
    private static int Main(string[] args)
    {
        switch (args)
        {
            case [CrashCommand.Name, .. var rest]: return CrashCommand.Run(rest);
            case [RecoveryCommand.Name, .. var rest]: return RecoveryCommand.Run(rest);
            case [DryRunCommand.Name, .. var rest]: return DryRunCommand.Run(rest);
            case [LedgerLoad.Command, var folder, var seed]: return LedgerLoad.Run(folder, int.Parse(seed, CultureInfo.InvariantCulture)); // the crash command's child
            case [ModelsCommand.Name, .. var rest]: return ModelsCommand.Run(rest);
            case ["allocation-problem", .. var rest]:
                AllocationProblemFolder.Write(rest);
                return 0;
            default:
                // In process: a project generated per benchmark could not reference the server, which is an executable of another framework.
                BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args, "--inProcess"]);
                return 0;
        }
    }
}
