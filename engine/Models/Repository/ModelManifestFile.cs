using System.Text.Json;

namespace Rubato;

/// <summary>Reads model.json (docs/MODELS.md): what the model is; what its service is like stands in the other part.</summary>
internal static partial class ModelManifestFile
{
    private const int BindingsMax = 64, SelfTestsMax = 64, DimensionsMax = 64, NameCharactersMax = 200, RankMax = 8;
    private const long DimensionMax = 1 << 24;

    private static readonly (string Text, ModelRole Role)[] InputRoles =
    [
        ("listenerVector", ModelRole.ListenerVector), ("trackVector", ModelRole.TrackVector),
        ("attributes", ModelRole.Attributes), ("candidateFeatures", ModelRole.CandidateFeatures),
    ];

    private static readonly (string Text, ModelRole Role)[] OutputRoles = [("embedding", ModelRole.Embedding), ("score", ModelRole.Score)];

    /// <exception cref="EngineDataException">The file is missing or malformed.</exception>
    public static ModelManifest Read(string path)
    {
        using JsonDocument document = JsonFile.Open(path);
        var fields = new JsonFields(document.RootElement, path, "");
        fields.RequireKeys("inputs", "outputs", "rowsMax", "dimensions", "provider", "bytesMax", "runMillisecondsMax", "selfTest", "relativeTolerance", "absoluteTolerance",
            "instances", "queueDelayMicroseconds", "preferredRows", "queueRowsMax", "memoryBytes", "labels", "shadow", "calibration", "cuda");
        var byDefault = new ModelManifest { SelfTest = [] };
        List<ModelBinding> outputs = Bindings(fields, "outputs", OutputRoles, ["name", "role", "rowShape"]);
        bool isTower = outputs.Any(output => output.Role == ModelRole.Embedding);
        return WithService(fields, byDefault with
        {
            Inputs = Bindings(fields, "inputs", InputRoles, ["name", "role", "rowShape", "missing"], isTower),
            Outputs = outputs,
            RowsMax = (int)Or(fields, "rowsMax", 1, 65_536, byDefault.RowsMax),
            Dimensions = Numbers(fields, "dimensions", DimensionsMax, DimensionMax),
            Provider = Provider(fields),
            Cuda = fields.Has("cuda") ? Cuda(fields, fields with { Element = fields.Element.GetProperty("cuda"), Place = "cuda" }) : byDefault.Cuda,
            BytesMax = Or(fields, "bytesMax", 1, 1L << 40, byDefault.BytesMax),
            RunDeadline = TimeSpan.FromMilliseconds(Or(fields, "runMillisecondsMax", 1, 600_000, (long)byDefault.RunDeadline.TotalMilliseconds)),
            SelfTest = SelfTest(fields),
            Tolerance = new TensorComparison(
                fields.Has("relativeTolerance") ? fields.Number("relativeTolerance", 0, 1) : byDefault.Tolerance.RelativeTolerance,
                fields.Has("absoluteTolerance") ? fields.Number("absoluteTolerance", 0, 1e6) : byDefault.Tolerance.AbsoluteTolerance),
        });
    }

    private static List<ModelBinding> Bindings(JsonFields fields, string array, (string Text, ModelRole Role)[] roles, ReadOnlySpan<string> keys, bool isTower = false)
    {
        var bindings = new List<ModelBinding>();
        foreach (JsonElement element in fields.Array(array, BindingsMax, optional: true))
        {
            var binding = fields with { Element = element, Place = $"{array}[{bindings.Count}]" };
            binding.RequireKeys(keys);
            string name = binding.Text("name", NameCharactersMax), role = binding.Text("role", NameCharactersMax);
            if (bindings.Any(other => other.Name == name)) throw binding.Error("name", $"'{name}' appears twice");
            int index = Array.FindIndex(roles, known => known.Text == role);
            if (index < 0) throw binding.Error("role", $"'{role}' (expected {string.Join(", ", roles.Select(known => known.Text))})");
            long[]? shape = binding.Has("rowShape")
                ? [.. binding.Array("rowShape", RankMax).Select((value, i) => binding.Integer(value, $"rowShape[{i}]", 1, DimensionMax))] : null;
            bindings.Add(new ModelBinding(name, roles[index].Role, shape, binding.Has("missing") && TakesNaN(binding, roles[index].Role, isTower)));
        }
        return bindings;
    }

    // What comes from the catalogue is never missing, and a vector without one of its values is none.
    private static bool TakesNaN(JsonFields binding, ModelRole role, bool isTower)
    {
        if (binding.Text("missing", NameCharactersMax) is not "nan" and var other) throw binding.Error("missing", $"'{other}' (expected nan)");
        return role == ModelRole.CandidateFeatures || (role == ModelRole.ListenerVector && isTower) ? true
            : throw binding.Error("missing", $"without a meaning for role {binding.Text("role", NameCharactersMax)} (expected candidateFeatures, or listenerVector beside an output with role embedding)");
    }

    private static List<string> SelfTest(JsonFields fields)
    {
        var files = new List<string>();
        foreach (JsonElement element in fields.Array("selfTest", SelfTestsMax))
        {
            if (element.ValueKind != JsonValueKind.String || element.GetString() is not { Length: > 0 } file || file.Contains('/') || file is "." or "..")
                throw fields.Error($"selfTest[{files.Count}]", $"expected the name of a file or folder beside model.json, found {JsonFields.Found(element)}");
            files.Add(file);
        }
        return files.Count > 0 ? files : throw fields.Error("selfTest", "empty (expected at least one file: a version that is not tested gets no traffic)");
    }

    private static ModelProvider Provider(JsonFields fields) => !fields.Has("provider") ? ModelProvider.Cpu : fields.Text("provider", NameCharactersMax) switch
    {
        "cpu" => ModelProvider.Cpu,
        "cuda" => ModelProvider.Cuda,
        string other => throw fields.Error("provider", $"'{other}' (expected cpu or cuda)"),
    };

    private static ModelCudaOptions Cuda(JsonFields manifest, JsonFields fields)
    {
        if (Provider(manifest) != ModelProvider.Cuda) throw manifest.Error("cuda", "without a meaning (expected provider cuda beside it)");
        fields.RequireKeys("device", "memoryBytesMax", "arena");
        var byDefault = new ModelCudaOptions();
        return new ModelCudaOptions
        {
            Device = (int)Or(fields, "device", 0, ModelCudaOptions.DeviceMax, byDefault.Device),
            MemoryBytesMax = fields.Has("memoryBytesMax") ? fields.Integer("memoryBytesMax", 1, ModelCudaOptions.MemoryBytesLimit) : null,
            Arena = !fields.Has("arena") ? byDefault.Arena : fields.Text("arena", NameCharactersMax) switch
            {
                "doubling" => ModelArena.Doubling,
                "exact" => ModelArena.Exact,
                string other => throw fields.Error("arena", $"'{other}' (expected doubling or exact)"),
            },
        };
    }

    // An object of names and whole numbers from 1 on.
    private static Dictionary<string, long> Numbers(JsonFields fields, string name, int countMax, long max)
    {
        if (!fields.Has(name)) return [];
        var inner = fields with { Element = fields.Element.GetProperty(name), Place = name };
        if (inner.Element.ValueKind != JsonValueKind.Object) throw inner.Error("", $"expected an object, found {JsonFields.Found(inner.Element)}");
        var numbers = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (JsonProperty field in inner.Element.EnumerateObject())
        {
            if (!numbers.TryAdd(field.Name, inner.Integer(field.Value, field.Name, 1, max))) throw inner.Error(field.Name, "given twice");
            if (numbers.Count > countMax) throw inner.Error("", $"more than {countMax} entries");
        }
        return numbers;
    }

    private static long Or(JsonFields fields, string name, long min, long max, long byDefault) => fields.Has(name) ? fields.Integer(name, min, max) : byDefault;
}
