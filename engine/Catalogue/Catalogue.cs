using System.Numerics;
using Rubato.Kernels;
using Rubato.Kernels.Checksums;
using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>One open snapshot: memory-mapped, every checksum verified; immutable and thread-safe.</summary>
/// <remarks>
/// Snapshots are replaced by rename only: an open catalogue keeps reading the file it opened. Truncating a mapped file in place kills
/// the process that reads it. No span may be used after <see cref="Dispose"/>.
/// </remarks>
public sealed class Catalogue : IDisposable
{
    private const int ChunkBytes = 1 << 16; // a chunk is checked for its checksum and for finite values while it is in the cache
    private readonly MappedFile _file;
    private readonly SnapshotHeader _header;
    private readonly long _vectorsOffset;
    private readonly long _trackIdsOffset;
    private readonly TrackIdIndex _index;
    private readonly QuantisedSections? _quantised;

    private Catalogue(string path, MappedFile file)
    {
        Path = path;
        _file = file;
        _header = SnapshotHeader.Read(file.Span<byte>(0, (int)Math.Min(file.Length, SnapshotHeader.HeaderBytes(SnapshotHeader.SectionsMax))), file.Length, path);
        foreach (SectionEntry section in _header.Sections) CheckSection(section);
        SectionEntry vectors = _header.Section(SectionKind.Vectors);
        _vectorsOffset = vectors.Offset;
        _trackIdsOffset = _header.Section(SectionKind.TrackIds).Offset;
        _index = TrackIdIndex.TryBuild(TrackIds, out string problem) ?? throw new CatalogueException(path, $"section {SectionKind.TrackIds}: {problem}");
        Attributes = new TrackAttributes(file, _header);
        CheckAttributes();
        _quantised = _header.IsQuantised ? new QuantisedSections(path, file, _header) : null;
        Filters = new RowFilterIndex(Attributes);
    }

    /// <summary>The file as it was named to <see cref="Open"/>.</summary>
    public string Path { get; }

    /// <summary>Length of the file.</summary>
    public long Bytes => _file.Length;

    /// <summary>Number of tracks.</summary>
    public int Rows => _header.Rows;

    /// <summary>Values per vector.</summary>
    public int Dimension => _header.Dimension;

    /// <summary>Creation time in microseconds since 1970-01-01 UTC; names the snapshot.</summary>
    public long Generation => _header.Created;

    /// <summary>Creation time.</summary>
    public DateTimeOffset Created => DateTimeOffset.UnixEpoch.AddTicks(Generation * TimeSpan.TicksPerMicrosecond);

    /// <summary>The vectors, mapped, with their int8 copy, in memory, where the snapshot has one.</summary>
    public ItemMatrix Items => _quantised is { } copy ? new(Vectors, Dimension, _header.NormMax, copy.Rows) : new(Vectors, Dimension, _header.NormMax);

    /// <summary>The snapshot has the int8 copy of the vectors; without it every search reads fp32.</summary>
    public bool IsQuantised => _quantised is not null;

    /// <summary>[rows], unique, 0 or more.</summary>
    public ReadOnlySpan<long> TrackIds => _file.Span<long>(_trackIdsOffset, Rows);

    /// <summary>Licensor, markets, explicit flag and release day of every row.</summary>
    public TrackAttributes Attributes { get; }

    /// <summary>Row filters by market, explicit flag and licensor.</summary>
    public RowFilterIndex Filters { get; }

    /// <summary>[dimension] of a track, mapped.</summary>
    /// <param name="row">0 to rows − 1</param>
    public ReadOnlySpan<float> Vector(int row) => Vectors.Slice(row * Dimension, Dimension);

    internal bool TrackIdsAreRowNumbers => _index.IsIdentity;

    internal ReadOnlySpan<SectionEntry> Sections => _header.Sections;

    private ReadOnlySpan<float> Vectors => _file.Span<float>(_vectorsOffset, Rows * Dimension);

    /// <summary>Maps a snapshot and checks every byte of it: header, structure, checksums, padding, values.</summary>
    /// <param name="path">the file</param>
    /// <exception cref="CatalogueException">The file is missing, damaged, or of another format; the message names the section and what was expected.</exception>
    public static Catalogue Open(string path)
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("snapshots are read on little-endian machines only");
        var file = new MappedFile(path);
        try
        {
            return new Catalogue(path, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The row of a track; −1 when the catalogue does not know it. Allocates nothing.</summary>
    /// <param name="trackId">any number</param>
    public int RowOf(long trackId) => _index.RowOf(TrackIds, trackId);

    /// <summary>The rows of many tracks: rows[i] = RowOf(ids[i]).</summary>
    /// <param name="ids">any numbers</param> <param name="rows">as many as ids, overwritten</param>
    /// <exception cref="ArgumentException">rows has another length than ids.</exception>
    public void RowsOf(ReadOnlySpan<long> ids, Span<int> rows)
    {
        if (rows.Length != ids.Length) throw new ArgumentException($"{ids.Length} ids need as many rows, not {rows.Length}", nameof(rows));
        _index.RowsOf(TrackIds, ids, rows);
    }

    /// <summary>Counts what the catalogue holds; reads the attributes of every row.</summary>
    public CatalogueSummary Summarize() => CatalogueSummary.Of(this);

    /// <summary>Checks what opening takes on trust: the bound of the norms in the header, and that the int8 copy is that of the vectors.</summary>
    /// <exception cref="CatalogueException">A row is longer than the header says, or has another int8 copy than its vector gives.</exception>
    public void Verify()
    {
        ReadOnlySpan<float> vectors = Vectors;
        for (int row = 0; row < Rows; row++)
        {
            float norm = RowNorm.UpperBound(vectors.Slice(row * Dimension, Dimension));
            if (norm > _header.NormMax)
                throw new CatalogueException(Path, $"section {SectionKind.Vectors}, row {row}: its norm is beyond the header's bound {_header.NormMax}");
        }
        _quantised?.Verify(vectors);
    }

    /// <summary>Unmaps the file and frees the int8 copy.</summary>
    public void Dispose()
    {
        _quantised?.Dispose();
        _file.Dispose();
    }

    private void CheckSection(SectionEntry section)
    {
        uint crc = 0;
        long notFinite = -1;
        for (long at = 0; at < section.Bytes; at += ChunkBytes)
        {
            int bytes = (int)Math.Min(ChunkBytes, section.Bytes - at);
            crc = Crc32C.Append(crc, _file.Span<byte>(section.Offset + at, bytes));
            if (section.Kind != SectionKind.Vectors || notFinite >= 0) continue;
            int index = FiniteCheck.FirstNonFinite(_file.Span<float>(section.Offset + at, bytes / sizeof(float)));
            if (index >= 0) notFinite = (at / sizeof(float)) + index;
        }
        if (crc != section.Crc) throw new CatalogueException(Path, $"section {section.Kind}: CRC32C is {crc:x8} (expected {section.Crc:x8})");
        long end = section.Offset + section.Bytes;
        int padding = _file.Span<byte>(end, (int)(section.PaddedEnd - end)).IndexOfAnyExcept((byte)0);
        if (padding >= 0) throw new CatalogueException(Path, $"section {section.Kind}: byte {end + padding} of the padding is not zero");
        if (notFinite >= 0) // after the checksum: damage has one name
            throw new CatalogueException(Path, $"section {section.Kind}, row {notFinite / Dimension}, column {notFinite % Dimension}: NaN or infinity (expected finite values)");
    }

    // The checksums vouch for the bytes, not for whoever wrote them.
    private void CheckAttributes()
    {
        IReadOnlyList<string> markets = Attributes.Markets;
        for (int i = 0; i < markets.Count; i++)
        {
            bool ascending = i == 0 || string.CompareOrdinal(markets[i - 1], markets[i]) < 0;
            if (!ascending || MarketCode.Parse(System.Text.Encoding.ASCII.GetBytes(markets[i])) < 0)
                throw new CatalogueException(Path, $"section {SectionKind.Markets}, market {i}: expected two capital letters, ascending");
        }
        Span<ulong> unknown = stackalloc ulong[TrackColumns.MaskWords];
        unknown.Fill(ulong.MaxValue);
        for (int bit = 0; bit < markets.Count; bit++) unknown[bit >> 6] &= ~(1UL << (bit & 63));
        unknown[TrackColumns.EverywhereBit >> 6] &= ~(1UL << (TrackColumns.EverywhereBit & 63));
        ReadOnlySpan<ulong> masks = Attributes.MarketMasks;
        for (int word = 0; word < masks.Length; word++)
        {
            ulong bits = masks[word] & unknown[word % TrackColumns.MaskWords];
            if (bits == 0) continue;
            int market = (word % TrackColumns.MaskWords * 64) + BitOperations.TrailingZeroCount(bits);
            throw new CatalogueException(Path, $"section {SectionKind.MarketMasks}, row {word / TrackColumns.MaskWords}: market {market} (expected below {markets.Count})");
        }
        int flagged = Attributes.Flags.IndexOfAnyExcept((byte)0, TrackColumns.ExplicitFlag);
        if (flagged >= 0)
            throw new CatalogueException(Path, $"section {SectionKind.Flags}, row {flagged}: flags {Attributes.Flags[flagged]:x2} (expected 00 or 01)");
    }
}
