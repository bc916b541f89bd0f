using System.CommandLine;

namespace Rubato.Server.Commands;

/// <summary>rubato catalogue build | info | verify.</summary>
internal static class CatalogueCommand
{
    public static Command Create() => new("catalogue", "Make, describe and check catalogue snapshots.")
    {
        CatalogueBuildCommand.Create(),
        CatalogueInfoCommand.Create(),
        CatalogueVerifyCommand.Create(),
    };

    /// <summary>The snapshot that info and verify look at.</summary>
    public static Argument<string> File() => new("file") { Description = "catalogue snapshot (.rbt)" };
}
