using System.Globalization;

namespace Rubato;

/// <summary>A folder of models: <c>name/version/model.onnx</c> with <c>model.json</c> beside it, and <c>name/labels.json</c>.</summary>
public sealed class ModelRepository
{
    private static readonly string[] LibrarySuffixes = [".so", ".dll", ".dylib"];
    private readonly ModelRuntime _runtime;
    private readonly string _root;

    private ModelRepository(ModelRuntime runtime, string path) => (_runtime, Path, _root) = (runtime, path, RealPath.Of(path));

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Opens a repository; its models are looked at when asked for.</summary>
    /// <param name="runtime">outlives what is loaded</param> <param name="path">the folder</param>
    /// <exception cref="ModelException">There is no such folder.</exception>
    public static ModelRepository Open(ModelRuntime runtime, string path) =>
        Directory.Exists(path) ? new ModelRepository(runtime, path) : throw new ModelException(path, "no such folder (expected a model repository)");

    /// <summary>Reads which models, versions and labels there are now. What is not as it should be is left out and told; it harms nothing else.</summary>
    /// <exception cref="ModelException">The repository's own folder cannot be read.</exception>
    public IReadOnlyList<ModelFolder> Scan()
    {
        string[] names;
        try
        {
            names = [.. Directory.EnumerateDirectories(Path).Select(folder => System.IO.Path.GetFileName(folder)!).Where(IsShown).Order(StringComparer.Ordinal)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(Path, DataFileException.Describe(failure), failure);
        }
        return [.. names.Select(Scan)];
    }

    /// <summary>Loads a version, warms it up and tests it.</summary>
    /// <param name="name">the model</param> <param name="version">1 or more</param>
    /// <exception cref="DataFileException">It was refused; the message names the file and says why.</exception>
    public LoadedModel Load(string name, int version)
    {
        string folder = VersionFolder(name, version);
        RequireNoLibraries(folder);
        ModelManifest manifest = ReadManifest(name, version);
        string file = System.IO.Path.Combine(folder, "model.onnx");
        ModelSession session = ModelSession.Load(_runtime, file,
            new ModelSessionOptions { Provider = manifest.Provider, Cuda = manifest.Cuda, Root = _root, BytesMax = manifest.BytesMax });
        try
        {
            ModelManifestCheck.Require(manifest, session, System.IO.Path.Combine(folder, "model.json"));
            (double error, ModelExpectation first) = SelfTest(folder, manifest, session);
            return new LoadedModel(name, version, manifest, session, error, first.Inputs);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Reads a version's model.json.</summary>
    /// <inheritdoc cref="Load"/>
    public ModelManifest ReadManifest(string name, int version) => ModelManifestFile.Read(Inside(VersionFolder(name, version), "model.json"));

    /// <summary>What the files of a version look like from outside: equal twice in a row, nobody is writing them any more.</summary>
    /// <inheritdoc cref="Load"/>
    internal FolderPrint Print(string name, int version) => FolderPrint.Of(VersionFolder(name, version));

    /// <summary>Writes labels.json.</summary>
    /// <exception cref="IOException">It cannot be written.</exception> <exception cref="UnauthorizedAccessException">Nor that.</exception>
    internal void WriteLabels(string name, ModelLabels labels) => ModelLabelsFile.Write(LabelsPath(name), labels);

    private string LabelsPath(string name) => System.IO.Path.Combine(Path, name, "labels.json");

    private string VersionFolder(string name, int version)
    {
        if (name.Contains('/') || name is "" or "." or "..") throw new ModelException(Path, $"'{name}' is not the name of a model");
        string folder = System.IO.Path.Combine(Path, name, version.ToString(CultureInfo.InvariantCulture));
        if (!Directory.Exists(folder)) throw new ModelException(folder, "no such version");
        RequireInside(folder);
        return folder;
    }

    private ModelFolder Scan(string name)
    {
        string folder = System.IO.Path.Combine(Path, name);
        if (!ModelLabelsFile.IsName(name)) return new ModelFolder(name, [], null, [$"{folder}: not the name of a model (expected up to {ModelLabelsFile.NameCharactersMax} letters, digits, '.', '-' or '_')"]);
        List<int>? versions = null;
        ModelLabels? labels = null;
        var problems = new List<string>();
        try
        {
            versions = ReadVersions(folder, problems);
            string file = LabelsPath(name);
            if (File.Exists(file)) RequireInside(file);
            labels = ModelLabelsFile.Read(file);
            foreach ((string label, int version) in labels.Versions)
                if (!versions.Contains(version)) problems.Add($"{file}: {label}: version {version} does not exist");
        }
        catch (DataFileException failure)
        {
            versions ??= []; // a folder that leads out has none that may be used
            problems.Add(failure.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException) // it has just gone, or is not ours to read
        {
            problems.Add($"{folder}: {DataFileException.Describe(failure)}");
        }
        return new ModelFolder(name, versions, labels, problems);
    }

    private List<int> ReadVersions(string folder, List<string> problems)
    {
        RequireInside(folder);
        var versions = new List<int>();
        foreach (string path in Directory.EnumerateDirectories(folder))
        {
            string text = System.IO.Path.GetFileName(path);
            if (!IsShown(text)) continue;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int version) && version > 0 && text == $"{version}") versions.Add(version);
            else problems.Add($"{path}: not the number of a version (expected 1 to {int.MaxValue}, without leading zeros)");
        }
        versions.Sort();
        return versions;
    }

    // The first run of a shape is the slow one: it is over before any traffic comes.
    private (double Error, ModelExpectation First) SelfTest(string folder, ModelManifest manifest, ModelSession session)
    {
        double worst = 0;
        ModelExpectation? first = null;
        foreach (string file in manifest.SelfTest)
        {
            string path = Inside(folder, file);
            try
            {
                ModelExpectation expectation = ModelExpectation.Read(path, session);
                worst = Math.Max(worst, expectation.Check(session, manifest.Tolerance, manifest.RunDeadline));
                first ??= expectation;
            }
            catch (ModelRunException failure)
            {
                throw new ModelException(path, $"the self-test failed: {failure.Message}", failure);
            }
        }
        return (worst, first!); // model.json names at least one
    }

    private string Inside(string folder, string file)
    {
        string path = System.IO.Path.Combine(folder, file);
        if (System.IO.Path.Exists(path)) RequireInside(path); // what is missing is told by its reader
        return path;
    }

    private void RequireInside(string path)
    {
        try
        {
            if (RealPath.IsWithin(RealPath.Of(path), _root)) return;
        }
        catch (FileNotFoundException failure)
        {
            throw new ModelException(path, "a symbolic link that leads nowhere", failure);
        }
        throw new ModelException(path, $"a symbolic link leads out of {_root}");
    }

    // None would be loaded anyway; but whoever put one there expects that it is, and must be told.
    private static void RequireNoLibraries(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            string name = System.IO.Path.GetFileName(file);
            if (LibrarySuffixes.Any(suffix => name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) || name.Contains(suffix + ".", StringComparison.OrdinalIgnoreCase)))
                throw new ModelException(file, "a library beside a model: custom operators are never loaded from a model's folder");
        }
    }

    private static bool IsShown(string name) => !name.StartsWith('.');
}
