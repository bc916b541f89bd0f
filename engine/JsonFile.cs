using System.Text.Json;

namespace Rubato;

/// <summary>Opens small JSON files strictly: no comments, no trailing commas, a bounded size and depth.</summary>
internal static class JsonFile
{
    /// <summary>Largest file that is read, 256 MiB: campaigns that name ten million tracks.</summary>
    private const long BytesMax = 256 << 20;

    private const int DepthMax = 8; // the formats nest three deep

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = DepthMax };

    /// <exception cref="EngineDataException">The file is missing, too large, or not JSON.</exception>
    public static JsonDocument Open(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (stream.Length > BytesMax)
                throw new EngineDataException(path, $"{stream.Length} bytes (expected at most {BytesMax})");
            return JsonDocument.Parse(stream, Strict);
        }
        catch (JsonException failure)
        {
            throw NotJson(path, failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new EngineDataException(path, DataFileException.Describe(failure), failure);
        }
    }

    /// <summary>The same for text that is in memory already, and unchanged while the document is used.</summary>
    /// <exception cref="EngineDataException">It is not JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json, string source)
    {
        try
        {
            return JsonDocument.Parse(json, Strict);
        }
        catch (JsonException failure)
        {
            throw NotJson(source, failure);
        }
    }

    private static EngineDataException NotJson(string path, JsonException failure) => new(path,
        $"line {failure.LineNumber + 1}, byte {failure.BytePositionInLine}: not JSON: {DataFileException.Describe(failure)}", failure);
}
