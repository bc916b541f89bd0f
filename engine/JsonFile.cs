using System.Text.Json;
using System.Text.Unicode;

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
            byte[] json = new byte[stream.Length];
            stream.ReadExactly(json);
            return Parse(json.AsSpan().StartsWith("\uFEFF"u8) ? json.AsMemory(3) : json, path); // a byte order mark is not the file's text
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
            JsonDocument document = JsonDocument.Parse(json, Strict);
            RequireText(json.Span, source);
            return document;
        }
        catch (JsonException failure)
        {
            throw NotJson(source, failure);
        }
    }

    // Documents look at strings only when they are asked for, and then throw what nobody expects of them.
    private static void RequireText(ReadOnlySpan<byte> json, string source)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DepthMax });
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName)) continue;
            if (!Utf8.IsValid(reader.ValueSpan)) throw NotText(source, reader.TokenStartIndex, "not UTF-8");
            if (!reader.ValueIsEscaped) continue;
            try
            {
                reader.GetString();
            }
            catch (InvalidOperationException)
            {
                throw NotText(source, reader.TokenStartIndex, "half of a surrogate pair");
            }
        }
    }

    private static EngineDataException NotText(string source, long at, string problem) => new(source, $"byte {at}: {problem} (expected Unicode text)");

    // The framework's message ends with the place once more, its lines counted from 0.
    private static EngineDataException NotJson(string path, JsonException failure) => new(path,
        $"line {failure.LineNumber + 1}, byte {failure.BytePositionInLine}: not JSON: {DataFileException.Describe(failure).Split(" LineNumber: ")[0]}", failure);
}
