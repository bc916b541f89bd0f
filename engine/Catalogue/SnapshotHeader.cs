using System.Buffers.Binary;
using Rubato.Kernels.Checksums;
using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>The head of a snapshot file: fixed fields, then the section table. docs/CATALOGUE.md has the byte table.</summary>
internal sealed class SnapshotHeader
{
    public const int FixedBytes = 64;
    public const ushort Major = 1;
    public const ushort Minor = 0;
    public const int SectionsMax = 256;
    public const long CreatedMax = 253_402_300_799_999_999; // 9999-12-31, the last day of DateTimeOffset
    private const int CrcOffset = 60;

    public required int Rows { get; init; }

    public required int Dimension { get; init; }

    /// <summary>Microseconds since 1970-01-01 UTC.</summary>
    public required long Created { get; init; }

    public required float NormMax { get; init; }

    /// <summary>In the order of the file.</summary>
    public required SectionEntry[] Sections { get; init; }

    // A high byte, then the line ends that a text-mode copy would change, as in PNG.
    private static ReadOnlySpan<byte> Magic => [0x89, (byte)'R', (byte)'B', (byte)'T', 0x0D, 0x0A, 0x1A, 0x0A];

    public static long Align(long bytes) => (bytes + 63) & ~63L;

    public static int HeaderBytes(int sections) => (int)Align(FixedBytes + (sections * SectionEntry.EntryBytes));

    public SectionEntry Section(SectionKind kind) => Sections.Single(section => section.Kind == kind);

    /// <summary>Checks everything that the head says; after this, every section lies inside the file and has the size that the counts demand.</summary>
    /// <param name="head">the file from byte 0, at least as long as its header if the file is</param>
    /// <param name="fileBytes">length of the file</param> <param name="path">for messages</param>
    public static SnapshotHeader Read(ReadOnlySpan<byte> head, long fileBytes, string path)
    {
        if (head.Length < FixedBytes) throw new CatalogueException(path, $"header: the file has {fileBytes} bytes (expected at least {FixedBytes})");
        if (!head.StartsWith(Magic)) throw new CatalogueException(path, "header, byte 0: not a catalogue snapshot (expected \\x89RBT\\r\\n\\x1a\\n)");
        ushort major = BinaryPrimitives.ReadUInt16LittleEndian(head[8..]), minor = BinaryPrimitives.ReadUInt16LittleEndian(head[10..]);
        if (major != Major) throw new CatalogueException(path, $"header, byte 8: format version {major}.{minor} (expected {Major}.x)");
        uint headerBytes = BinaryPrimitives.ReadUInt32LittleEndian(head[12..]), sections = BinaryPrimitives.ReadUInt32LittleEndian(head[36..]);
        if (sections > SectionsMax) throw new CatalogueException(path, $"header, byte 36: {sections} sections (expected at most {SectionsMax})");
        if (headerBytes != HeaderBytes((int)sections))
            throw new CatalogueException(path, $"header, byte 12: {headerBytes} header bytes (expected {HeaderBytes((int)sections)} for {sections} sections)");
        if (head.Length < headerBytes) throw new CatalogueException(path, $"header: the file has {fileBytes} bytes (expected a header of {headerBytes})");
        head = head[..(int)headerBytes];
        uint crc = Crc(head), crcExpected = BinaryPrimitives.ReadUInt32LittleEndian(head[CrcOffset..]);
        if (crc != crcExpected) throw new CatalogueException(path, $"header: CRC32C is {crc:x8} (expected {crcExpected:x8})");

        long fileBytesExpected = BinaryPrimitives.ReadInt64LittleEndian(head[16..]);
        if (fileBytes != fileBytesExpected) throw new CatalogueException(path, $"header, byte 16: the file has {fileBytes} bytes (expected {fileBytesExpected})");
        long rows = BinaryPrimitives.ReadInt64LittleEndian(head[24..]), dimension = BinaryPrimitives.ReadUInt32LittleEndian(head[32..]);
        if (rows is < 1 or > CatalogueBuilder.RowsMax)
            throw new CatalogueException(path, $"header, byte 24: {rows} rows (expected 1 to {CatalogueBuilder.RowsMax})");
        if (dimension is < 1 or > ItemMatrix.DimensionMax)
            throw new CatalogueException(path, $"header, byte 32: dimension {dimension} (expected 1 to {ItemMatrix.DimensionMax})");
        if (rows * dimension > int.MaxValue)
            throw new CatalogueException(path, $"header, byte 24: {rows} rows × {dimension} (expected a product of at most {int.MaxValue})");
        long created = BinaryPrimitives.ReadInt64LittleEndian(head[40..]);
        if (created is < 0 or > CreatedMax) throw new CatalogueException(path, $"header, byte 40: created {created} µs (expected 0 to {CreatedMax})");
        float normMax = BinaryPrimitives.ReadSingleLittleEndian(head[48..]);
        if (!(normMax >= 0)) throw new CatalogueException(path, $"header, byte 48: norm bound {normMax} (expected a number from 0 on)");

        var header = new SnapshotHeader { Rows = (int)rows, Dimension = (int)dimension, Created = created, NormMax = normMax, Sections = new SectionEntry[sections] };
        for (int i = 0; i < header.Sections.Length; i++) header.Sections[i] = SectionEntry.Read(head[(FixedBytes + (i * SectionEntry.EntryBytes))..]);
        header.CheckSections(headerBytes, fileBytes, path);
        return header;
    }

    public byte[] Format(long fileBytes)
    {
        byte[] head = new byte[HeaderBytes(Sections.Length)];
        Span<byte> span = head;
        Magic.CopyTo(span);
        BinaryPrimitives.WriteUInt16LittleEndian(span[8..], Major);
        BinaryPrimitives.WriteUInt16LittleEndian(span[10..], Minor);
        BinaryPrimitives.WriteUInt32LittleEndian(span[12..], (uint)head.Length);
        BinaryPrimitives.WriteInt64LittleEndian(span[16..], fileBytes);
        BinaryPrimitives.WriteInt64LittleEndian(span[24..], Rows);
        BinaryPrimitives.WriteUInt32LittleEndian(span[32..], (uint)Dimension);
        BinaryPrimitives.WriteUInt32LittleEndian(span[36..], (uint)Sections.Length);
        BinaryPrimitives.WriteInt64LittleEndian(span[40..], Created);
        BinaryPrimitives.WriteSingleLittleEndian(span[48..], NormMax);
        for (int i = 0; i < Sections.Length; i++) Sections[i].Write(span[(FixedBytes + (i * SectionEntry.EntryBytes))..]);
        BinaryPrimitives.WriteUInt32LittleEndian(span[CrcOffset..], Crc(head));
        return head;
    }

    // Over the whole header with the CRC's own four bytes left out.
    private static uint Crc(ReadOnlySpan<byte> head) => Crc32C.Append(Crc32C.Compute(head[..CrcOffset]), head[(CrcOffset + sizeof(uint))..]);

    // Sections follow each other without gap but for padding, so none can overlap another or leave the file.
    private void CheckSections(long headerBytes, long fileBytes, string path)
    {
        long next = headerBytes;
        var seen = new HashSet<SectionKind>();
        foreach (SectionEntry section in Sections)
        {
            if (!seen.Add(section.Kind)) throw new CatalogueException(path, $"section {section.Kind}: listed twice");
            if (section.Offset != next) throw new CatalogueException(path, $"section {section.Kind}: begins at byte {section.Offset} (expected {next})");
            if (section.Bytes < 0 || section.Bytes > fileBytes - section.Offset)
                throw new CatalogueException(path, $"section {section.Kind}: {section.Bytes} bytes from byte {section.Offset} (the file has {fileBytes})");
            if (!Enum.IsDefined(section.Kind) && (section.Flags & SectionEntry.FlagsMustUnderstand) != 0)
                throw new CatalogueException(path, $"section {section.Kind}: of a kind that this version does not know and must not skip");
            next = section.PaddedEnd;
        }
        if (next != fileBytes) throw new CatalogueException(path, $"header, byte 16: the file has {fileBytes} bytes (its sections end at {next})");
        foreach (SectionKind kind in Enum.GetValues<SectionKind>())
        {
            if (!seen.Contains(kind)) throw new CatalogueException(path, $"section {kind}: missing");
            SectionEntry section = Section(kind);
            if ((section.Flags & SectionEntry.FlagsMustUnderstand) != 0)
                throw new CatalogueException(path, $"section {kind}: flags {section.Flags:x8} (this version knows none that must be understood)");
            CheckSize(section, path);
        }
    }

    private void CheckSize(SectionEntry section, string path)
    {
        if (section.Kind == SectionKind.Markets)
        {
            if (section.Bytes % MarketCode.Bytes != 0 || section.Bytes > TrackColumns.MarketsMax * MarketCode.Bytes)
                throw new CatalogueException(path, $"section {section.Kind}: {section.Bytes} bytes (expected 2 each for at most {TrackColumns.MarketsMax} markets)");
            return;
        }
        long expected = Rows * section.Kind switch
        {
            SectionKind.Vectors => sizeof(float) * (long)Dimension,
            SectionKind.TrackIds => sizeof(long),
            SectionKind.MarketMasks => TrackColumns.MaskWords * sizeof(ulong),
            SectionKind.Flags => sizeof(byte),
            _ => sizeof(int), // Licensors, ReleaseDays
        };
        if (section.Bytes != expected) throw new CatalogueException(path, $"section {section.Kind}: {section.Bytes} bytes (expected {expected} for {Rows} rows)");
    }
}
