namespace Rubato;

/// <summary>Reads track attributes: UTF-8, one JSON object per line, one line per row. docs/CATALOGUE.md lists the keys.</summary>
internal static class AttributesReader
{
    /// <summary>Longest line; the longest sensible one names 255 markets in about 2 KiB.</summary>
    public const int LineBytesMax = 64 * 1024;

    public static TrackColumns Read(string path, int rows, CancellationToken cancellation)
    {
        var columns = new TrackColumns(rows);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
            var parser = new AttributesLineParser(columns, path);
            byte[] buffer = new byte[2 * LineBytesMax];
            int filled = 0, line = 0;
            for (bool end = false; !end;)
            {
                cancellation.ThrowIfCancellationRequested();
                int got = stream.Read(buffer, filled, buffer.Length - filled);
                end = got == 0;
                filled += got;
                int start = line == 0 && buffer.AsSpan(0, filled).StartsWith("\uFEFF"u8) ? 3 : 0; // a byte order mark is not the file's text
                for (int length; (length = buffer.AsSpan(start..filled).IndexOf((byte)'\n')) >= 0; start += length + 1)
                    Line(parser, path, buffer.AsSpan(start, length), line++, rows);
                if (end && start < filled) Line(parser, path, buffer.AsSpan(start..filled), line++, rows); // the last line may lack its end
                if (!end && filled - start > LineBytesMax) Line(parser, path, buffer.AsSpan(start..filled), line, rows); // too long already
                buffer.AsSpan(start..filled).CopyTo(buffer);
                filled -= start;
            }
            if (line != rows) throw new CatalogueException(path, $"{line} lines (expected one for each of {rows} rows)");
            return columns;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CatalogueException(path, CatalogueException.Describe(failure), failure);
        }
    }

    private static void Line(AttributesLineParser parser, string path, ReadOnlySpan<byte> text, int row, int rows)
    {
        if (row >= rows) throw new CatalogueException(path, $"line {row + 1}: one line too many (expected one for each of {rows} rows)");
        if (text.Length > LineBytesMax) throw new CatalogueException(path, $"line {row + 1}: longer than {LineBytesMax} bytes");
        parser.Parse(text, row);
    }
}
