using System.Text;
using System.Text.Json;

namespace Rubato.Server.Commands;

/// <summary>Prints the result of a command as exactly one JSON object on one line.</summary>
internal static class JsonLine
{
    /// <summary>Writes the object and the line's end.</summary>
    /// <param name="output">standard output</param> <param name="properties">writes the object's properties</param>
    public static void Write(TextWriter output, Action<Utf8JsonWriter> properties)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            properties(json);
            json.WriteEndObject();
        }
        output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        output.Flush();
    }
}
