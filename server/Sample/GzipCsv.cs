using System.Globalization;
using System.IO.Compression;

namespace Rubato.Server;

/// <summary>Reads tables of numbers: gzip-compressed CSV with a line of column names.</summary>
internal static class GzipCsv
{
    private const int RowsMax = 10_000_000;

    /// <summary>All values of the columns from a given one on, row by row.</summary>
    /// <param name="path">the file</param> <param name="columns">columns that the file must have</param> <param name="skipped">columns at the left that are passed over</param>
    /// <exception cref="InvalidDataException">The file is damaged, or a row has other columns or something that is no finite number.</exception>
    /// <exception cref="IOException">The file is missing.</exception>
    public static float[] Read(string path, int columns, int skipped)
    {
        try
        {
            using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
            var values = new List<float>();
            int row = 0;
            RequireColumns(path, row, reader.ReadLine() ?? "", columns);
            for (string? line = reader.ReadLine(); line is not null; line = reader.ReadLine())
            {
                if (++row > RowsMax) throw new InvalidDataException($"{path}: more than {RowsMax} rows");
                string[] fields = RequireColumns(path, row, line, columns);
                for (int i = skipped; i < columns; i++)
                {
                    if (!float.TryParse(fields[i], NumberStyles.Float, CultureInfo.InvariantCulture, out float value) || !float.IsFinite(value))
                        throw new InvalidDataException($"{path}: row {row}, column {i + 1}: expected a finite number, found {fields[i]}");
                    values.Add(value);
                }
            }
            return values.Count > 0 ? [.. values] : throw new InvalidDataException($"{path}: no rows (expected at least one)");
        }
        catch (InvalidDataException failure) when (!failure.Message.StartsWith(path, StringComparison.Ordinal)) // gzip's own do not name the file
        {
            throw new InvalidDataException($"{path}: {failure.Message}", failure);
        }
    }

    private static string[] RequireColumns(string path, int row, string line, int columns)
    {
        string[] fields = line.Split(',');
        return fields.Length == columns ? fields : throw new InvalidDataException($"{path}: row {row}: {fields.Length} columns (expected {columns})");
    }
}
