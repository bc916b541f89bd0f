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
    public IReadOnlyList<ModelFolder> Scan() =>
        [.. Directory.EnumerateDirectories(Path).Select(folder => System.IO.Path.GetFileName(folder)).Where(IsShown).Order(StringComparer.Ordinal).Select(Scan)];

    /// <summary>Loads a version, warms it up and tests it.</summary>
    /// <param name="name">the model</param> <param name="version">1 or more</param>
    /// <exception cref="DataFileException">It was refused; the message names the file and says why.</exception>
    public LoadedModel Load(string name, int version)
    {
        string folder = System.IO.Path.Combine(Path, name, version.ToString(CultureInfo.InvariantCulture));
        if (name.Contains('/') || name is "" or "." or "..") throw new ModelException(Path, $"'{name}' is not the name of a model");
        if (!Directory.Exists(folder)) throw new ModelException(folder, "no such version");
        RequireInside(folder);
        RequireNoLibraries(folder);
        ModelManifest manifest = ModelManifestFile.Read(Inside(folder, "model.json"));
        string file = System.IO.Path.Combine(folder, "model.onnx");
        ModelSession session = ModelSession.Load(_runtime, file,
            new ModelSessionOptions { Provider = manifest.Provider, Root = _root, BytesMax = manifest.BytesMax });
        try
        {
            ModelManifestCheck.Require(manifest, session, System.IO.Path.Combine(folder, "model.json"));
            return new LoadedModel(name, version, manifest, session, SelfTest(folder, manifest, session));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private ModelFolder Scan(string name)
    {
        string folder = System.IO.Path.Combine(Path, name);
        var versions = new List<int>();
        var labels = new Dictionary<string, int>(StringComparer.Ordinal);
        var problems = new List<string>();
        try
        {
            RequireInside(folder);
            foreach (string path in Directory.EnumerateDirectories(folder))
            {
                string text = System.IO.Path.GetFileName(path);
                if (!IsShown(text)) continue;
                if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int version) && version > 0 && text == $"{version}") versions.Add(version);
                else problems.Add($"{path}: not the number of a version (expected 1 to {int.MaxValue}, without leading zeros)");
            }
            string file = System.IO.Path.Combine(folder, "labels.json");
            if (File.Exists(file)) RequireInside(file);
            foreach ((string label, long version) in ModelManifestFile.ReadLabels(file))
            {
                if (versions.Contains((int)version)) labels.Add(label, (int)version);
                else problems.Add($"{file}: {label}: version {version} does not exist");
            }
        }
        catch (DataFileException failure)
        {
            problems.Add(failure.Message);
        }
        versions.Sort();
        return new ModelFolder(name, versions, labels, problems);
    }

    // The first run of a shape is the slow one: it is over before any traffic comes.
    private double SelfTest(string folder, ModelManifest manifest, ModelSession session)
    {
        double worst = 0;
        foreach (string file in manifest.SelfTest)
        {
            string path = Inside(folder, file);
            try
            {
                worst = Math.Max(worst, ModelExpectation.Read(path, session).Check(session, manifest.Tolerance, manifest.RunDeadline));
            }
            catch (ModelRunException failure)
            {
                throw new ModelException(path, $"the self-test failed: {failure.Message}", failure);
            }
        }
        return worst;
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
