using Rubato.Kernels;
using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>Builds a catalogue snapshot. The same input and creation time give the same bytes; a failure leaves no file and an old one in place.</summary>
public static class CatalogueBuilder
{
    private const int BlockValues = 1 << 16; // vectors are checked and written in blocks that stay in the second-level cache

    /// <summary>Largest number of rows: a market mask has four words and a column at most 2³¹ − 1.</summary>
    public const int RowsMax = int.MaxValue / TrackColumns.MaskWords;

    /// <summary>Builds a snapshot from files.</summary>
    /// <param name="sources">the files</param> <param name="path">the snapshot, replaced by rename</param>
    /// <param name="rowsWritten">hears how many vectors are written</param>
    /// <param name="rowsQuantised">hears how many of them have their int8 copy</param>
    /// <param name="cancellation">gives up: no file, and an old one in place</param>
    /// <exception cref="DataFileException">A source is missing, damaged or holds a value that no catalogue may hold.</exception>
    /// <exception cref="IOException">The snapshot could not be written.</exception>
    /// <exception cref="OperationCanceledException">cancellation.</exception>
    public static void Build(CatalogueSources sources, string path, IProgress<int>? rowsWritten = null, IProgress<int>? rowsQuantised = null,
        CancellationToken cancellation = default)
    {
        using var vectors = new NpyReader<float>(sources.VectorsPath, widenHalf: true);
        vectors.RequireShape(dimensions: 2);
        (int rows, int dimension) = CheckShape(sources.VectorsPath, vectors.Rows, vectors.Columns);
        long[] ids = sources.TrackIdsPath is { } idsPath
            ? NpyFile.Read<long>(idsPath, dimensions: 1, rows).Values
            : Numbers(rows);
        CheckIds(sources.TrackIdsPath ?? "track ids", ids);
        TrackColumns columns = sources.AttributesPath is { } attributesPath ? AttributesReader.Read(attributesPath, rows, cancellation) : new TrackColumns(rows);
        Write(path, sources.VectorsPath, dimension, vectors.Read, ids, columns, sources.Created, sources.Quantised, rowsWritten, rowsQuantised, cancellation);
    }

    /// <summary>Builds a snapshot from memory.</summary>
    /// <param name="path">the snapshot, replaced by rename</param>
    /// <param name="vectors">[rows, dimension], row-major, finite</param>
    /// <param name="dimension">1 to 4096</param>
    /// <param name="trackIds">[rows], unique, 0 or more; empty numbers the tracks 0 to rows − 1</param>
    /// <param name="columns">the attributes; null: no licensor, available everywhere, not explicit, release day unknown</param>
    /// <param name="created">creation time written into the file; null takes the clock</param>
    /// <param name="quantised">writes the int8 copy of the vectors, where it fits (docs/CATALOGUE.md)</param>
    /// <exception cref="ArgumentException">The shapes disagree.</exception>
    /// <exception cref="CatalogueException">A value is one that no catalogue may hold.</exception>
    /// <exception cref="IOException">The snapshot could not be written.</exception>
    public static void Build(string path, ReadOnlyMemory<float> vectors, int dimension, ReadOnlySpan<long> trackIds = default,
        TrackColumns? columns = null, DateTimeOffset? created = null, bool quantised = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        if (vectors.Length % dimension != 0)
            throw new ArgumentException($"{vectors.Length} values are not a whole number of rows of {dimension}", nameof(vectors));
        (int rows, _) = CheckShape(path, vectors.Length / dimension, dimension);
        if (!trackIds.IsEmpty && trackIds.Length != rows) throw new ArgumentException($"{trackIds.Length} ids for {rows} rows", nameof(trackIds));
        if (columns is not null && columns.Rows != rows) throw new ArgumentException($"attributes of {columns.Rows} tracks for {rows} rows", nameof(columns));
        long[] ids = trackIds.IsEmpty ? Numbers(rows) : trackIds.ToArray();
        CheckIds(path, ids);
        int next = 0;
        void Read(Span<float> block)
        {
            vectors.Span.Slice(next, block.Length).CopyTo(block);
            next += block.Length;
        }
        Write(path, path, dimension, Read, ids, columns ?? new TrackColumns(rows), created, quantised, rowsWritten: null, rowsQuantised: null, CancellationToken.None);
    }

    private delegate void ReadValues(Span<float> block);

    private static void Write(string path, string vectorsPath, int dimension, ReadValues read, long[] ids, TrackColumns columns,
        DateTimeOffset? created, bool quantised, IProgress<int>? rowsWritten, IProgress<int>? rowsQuantised, CancellationToken cancellation)
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("snapshots are written on little-endian machines only");
        long createdMicroseconds = ((created ?? DateTimeOffset.UtcNow) - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        if (createdMicroseconds < 0) throw new ArgumentOutOfRangeException(nameof(created), created, "must not lie before 1970");
        quantised &= QuantisedSections.Fits(ids.Length, dimension);
        using var writer = new SnapshotWriter(path, Enum.GetValues<SectionKind>().Length - (quantised ? 0 : QuantisedSections.Kinds.Length));
        int blockRows = Math.Max(1, BlockValues / dimension);
        float[] buffer = new float[blockRows * dimension];
        float normMax = 0;
        writer.Begin(SectionKind.Vectors);
        for (int row = 0; row < ids.Length; row += blockRows)
        {
            cancellation.ThrowIfCancellationRequested();
            Span<float> block = buffer.AsSpan(0, Math.Min(blockRows, ids.Length - row) * dimension);
            read(block);
            normMax = Math.Max(normMax, CheckBlock(vectorsPath, row, block, dimension));
            writer.Append<float>(block);
            rowsWritten?.Report(row + (block.Length / dimension));
        }
        writer.End();
        writer.Write<long>(SectionKind.TrackIds, ids);
        writer.Write<uint>(SectionKind.Licensors, columns.Licensors);
        writer.Write<ulong>(SectionKind.MarketMasks, columns.MarketMasks());
        writer.Write(SectionKind.Flags, columns.Flags);
        writer.Write<int>(SectionKind.ReleaseDays, columns.ReleaseDays);
        writer.Write<byte>(SectionKind.Markets, columns.MarketTable());
        if (quantised) QuantisedWriter.Write(writer, ids.Length, dimension, rowsQuantised, cancellation);
        cancellation.ThrowIfCancellationRequested();
        writer.Commit(ids.Length, dimension, normMax, createdMicroseconds);
    }

    private static float CheckBlock(string path, int firstRow, ReadOnlySpan<float> block, int dimension)
    {
        int index = FiniteCheck.FirstNonFinite(block);
        if (index >= 0)
            throw new CatalogueException(path, $"row {firstRow + (index / dimension)}, column {index % dimension}: {block[index]} (expected finite values)");
        float normMax = 0;
        for (int row = 0; row * dimension < block.Length; row++)
            normMax = Math.Max(normMax, RowNorm.UpperBound(block.Slice(row * dimension, dimension)));
        return normMax;
    }

    private static (int Rows, int Dimension) CheckShape(string path, long rows, long dimension)
    {
        if (dimension is < 1 or > ItemMatrix.DimensionMax)
            throw new CatalogueException(path, $"dimension {dimension} (expected 1 to {ItemMatrix.DimensionMax})");
        if (rows is < 1 or > RowsMax) throw new CatalogueException(path, $"{rows} rows (expected 1 to {RowsMax})");
        if (rows * dimension > int.MaxValue) throw new CatalogueException(path, $"{rows} rows × {dimension} (expected a product of at most {int.MaxValue})");
        return ((int)rows, (int)dimension);
    }

    private static void CheckIds(string path, long[] ids)
    {
        if (TrackIdIndex.TryBuild(ids, out string problem) is null) throw new CatalogueException(path, problem);
    }

    private static long[] Numbers(int rows)
    {
        long[] ids = new long[rows];
        for (int row = 0; row < rows; row++) ids[row] = row;
        return ids;
    }
}
