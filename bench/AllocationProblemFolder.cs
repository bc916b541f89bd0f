using System.Globalization;
using Rubato.Tests.Support;

namespace Rubato.Bench;

/// <summary>Writes a seeded synthetic problem for rubato solve and its peers: family listeners campaigns degree seed folder.</summary>
internal static class AllocationProblemFolder
{
    public static void Write(string[] args)
    {
        if (args.Length != 6) throw new ArgumentException("allocation-problem match|gap|promo listeners campaigns edges-per-listener seed folder");
        (AllocationColumns columns, string checksum) = AllocationGenerator.Generate(args[0], int.Parse(args[1], CultureInfo.InvariantCulture),
            int.Parse(args[2], CultureInfo.InvariantCulture), double.Parse(args[3], CultureInfo.InvariantCulture), ulong.Parse(args[4], CultureInfo.InvariantCulture));
        AllocationFolder.Write(args[5], columns);
        Console.WriteLine($"{columns.Campaigns.Length} edges, checksum {checksum}");
    }
}
