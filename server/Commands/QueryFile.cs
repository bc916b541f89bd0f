namespace Rubato.Server.Commands;

/// <summary>Reads the queries of a search and refuses what no search may see.</summary>
internal static class QueryFile
{
    /// <returns>[queries, dimension], at least one query, all finite</returns>
    /// <exception cref="NpyException">The file is missing or damaged or of another shape.</exception>
    /// <exception cref="InvalidDataException">A value is not finite, or there is none.</exception>
    public static float[] Read(string path, int dimension, int k)
    {
        NpyArray<float> queries = NpyFile.Read<float>(path, dimensions: 2, columns: dimension, widenHalf: true);
        if (queries.Rows == 0) throw new InvalidDataException($"{path}: shape (0, {dimension}) (expected at least one query)");
        if ((long)queries.Rows * k > Array.MaxLength)
            throw new InvalidDataException($"{path}: {queries.Rows} queries × k = {k} results (expected at most {Array.MaxLength})");
        for (int i = 0; i < queries.Values.Length; i++)
        {
            if (float.IsFinite(queries.Values[i])) continue;
            throw new InvalidDataException($"{path}: row {i / dimension}, column {i % dimension}: {queries.Values[i]} (expected finite values)");
        }
        return queries.Values;
    }
}
