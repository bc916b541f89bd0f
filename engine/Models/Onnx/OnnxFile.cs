namespace Rubato;

/// <summary>A model and the files that belong to it, read and checked, as the runtime gets them.</summary>
internal sealed class OnnxFile : IDisposable
{
    private readonly List<NativeFile> _files = [];
    private NativeFile? _model; // not an array: a large one would stay until the next full collection

    private OnnxFile(string path) => Path = path;

    public string Path { get; }

    /// <summary>The model itself.</summary>
    public ReadOnlySpan<byte> Model => _model!.Span;

    /// <summary>External files as the model spells them.</summary>
    public string[] Locations { get; private set; } = [];

    /// <summary>[files] where they lie in memory, in the order of <see cref="Locations"/>.</summary>
    public nint[] Addresses => [.. _files.Select(file => file.Address)];

    /// <summary>[files] their sizes.</summary>
    public nuint[] Sizes => [.. _files.Select(file => (nuint)file.Length)];

    /// <summary>Bytes of the model and its external data.</summary>
    public long Bytes => _model!.Length + _files.Sum(file => file.Length);

    /// <param name="path">the model</param> <param name="root">folder that everything must lie in; null for the model's own</param>
    /// <param name="bytesMax">most bytes of all files together</param>
    /// <exception cref="ModelException">A file is missing, too large, not an ONNX model, or lies outside.</exception>
    public static OnnxFile Read(string path, string? root, long bytesMax)
    {
        var file = new OnnxFile(path);
        try
        {
            string named = root is null ? RealPath.Of(path) : System.IO.Path.GetFullPath(path); // who names a file by hand may name a link to it
            string folder = System.IO.Path.GetDirectoryName(named)!;
            string realRoot = RealPath.Of(root ?? folder);
            file._model = NativeFile.Read(file.Inside(path, realRoot, path, bytesMax: Math.Min(bytesMax, Array.MaxLength)));
            file.ReadExternal(OnnxScan.Read(file.Model, path), folder, realRoot, bytesMax);
            return file;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            file.Dispose();
            throw new ModelException(path, DataFileException.Describe(failure), failure);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _model?.Dispose();
        foreach (NativeFile file in _files) file.Dispose();
    }

    private void ReadExternal(OnnxScan scan, string folder, string realRoot, long bytesMax)
    {
        Locations = [.. scan.External.Select(tensor => tensor.Location).Distinct(StringComparer.Ordinal)];
        foreach (string location in Locations)
        {
            string place = $"external data '{location}'";
            string full = System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, location));
            if (System.IO.Path.IsPathRooted(location) || !RealPath.IsWithin(full, folder))
                throw new ModelException(Path, $"{place}: outside the model's folder (expected a file in it)");
            if (!File.Exists(full)) throw new ModelException(Path, $"{place}: no such file");
            _files.Add(NativeFile.Read(Inside(full, realRoot, place, bytesMax - Bytes)));
        }
        foreach (ExternalTensor tensor in scan.External)
        {
            long have = _files[Array.IndexOf(Locations, tensor.Location)].Length;
            if (tensor.Offset > have || tensor.Bytes > have - tensor.Offset)
                throw new ModelException(Path, $"tensor '{tensor.Name}': bytes {tensor.Offset} to {(Int128)tensor.Offset + tensor.Bytes} of '{tensor.Location}', which has {have}");
        }
    }

    // The real path of a file that must lie within the root, be a regular file, and not be too large.
    private string Inside(string path, string realRoot, string place, long bytesMax)
    {
        string real = RealPath.Of(path);
        string prefix = place == Path ? "" : $"{place}: ";
        if (!RealPath.IsWithin(real, realRoot)) throw new ModelException(Path, $"{prefix}a symbolic link leads out of {realRoot}");
        if (Directory.Exists(real)) throw new ModelException(Path, $"{prefix}is a folder (expected a file)");
        long bytes = new FileInfo(real).Length;
        if (bytes == 0) throw new ModelException(Path, $"{prefix}empty, or not a regular file"); // a pipe would keep its reader waiting
        return bytes <= bytesMax ? real : throw new ModelException(Path, $"{prefix}{bytes} bytes (expected at most {bytesMax})");
    }
}
