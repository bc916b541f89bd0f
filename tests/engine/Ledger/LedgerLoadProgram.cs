using System.Globalization;

namespace Rubato.Tests.Ledgers;

/// <summary>The test assembly as a program: the process that <see cref="KillTests"/> kills.</summary>
internal static class LedgerLoadProgram
{
    private static int Main(string[] args) =>
        args is [LedgerLoad.Command, var folder, var seed] ? LedgerLoad.Run(folder, int.Parse(seed, CultureInfo.InvariantCulture)) : 2;
}
