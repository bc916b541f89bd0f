namespace Rubato.Server;

/// <summary>A catalogue snapshot in a temporary folder.</summary>
internal sealed class TemporaryCatalogue : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rubato-catalogue-").FullName;

    /// <summary>Where the snapshot stands, or is to stand.</summary>
    public string CataloguePath => Path.Combine(_folder, "catalogue.rbt");

    /// <summary>Makes something that keeps the folder; removes it where that fails.</summary>
    public T Keep<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
