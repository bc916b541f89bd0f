using System.Buffers.Binary;
using Rubato.Kernels.Checksums;
using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>A snapshot that is not exactly what was written is refused with a named error.</summary>
public sealed class CatalogueDamageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EveryFlippedBitIsFound()
    {
        byte[] whole = File.ReadAllBytes(Snapshots.Write(_folder, seed: 1, rows: 5, dimension: 3));
        for (int bit = 0; bit < whole.Length * 8; bit++)
        {
            whole[bit >> 3] ^= (byte)(1 << (bit & 7));
            Refused(whole);
            whole[bit >> 3] ^= (byte)(1 << (bit & 7));
        }
        Opens(whole);
    }

    [Theory, InlineData(1), InlineData(20_260_801)]
    public void RandomDamageIsFound(int seed)
    {
        var random = new Random(seed);
        byte[] whole = File.ReadAllBytes(Snapshots.Write(_folder, seed: 1, rows: 70, dimension: 3));
        for (int trial = 0; trial < 500; trial++)
        {
            byte[] damaged = [.. whole];
            int start = random.Next(whole.Length);
            random.NextBytes(damaged.AsSpan(start, random.Next(1, Math.Min(200, whole.Length - start) + 1)));
            if (!damaged.AsSpan().SequenceEqual(whole)) Refused(damaged);
        }
    }

    [Fact]
    public void EveryCutAndEveryExtensionIsFound()
    {
        byte[] whole = File.ReadAllBytes(Snapshots.Write(_folder, seed: 1, rows: 5, dimension: 3));
        for (int length = 0; length < whole.Length; length++) Refused(whole[..length]);
        Refused([.. whole, 0]);
        Refused([.. whole, .. new byte[64]]);
    }

    // Each edits the header and makes its checksum right again: only the check of the field itself can refuse.
    [Theory]
    [InlineData(0, 1, 'X', "header, byte 0: not a catalogue snapshot")]
    [InlineData(8, 2, 2, "header, byte 8: format version 2.0 (expected 1.x)")]
    [InlineData(12, 4, 64, "header, byte 12")]
    [InlineData(16, 8, 0, "header, byte 16")]
    [InlineData(24, 8, 0, "header, byte 24: 0 rows")]
    [InlineData(24, 8, -1, "header, byte 24: -1 rows")]
    [InlineData(24, 8, 6, "section Vectors: 60 bytes (expected 72 for 6 rows)")]
    [InlineData(24, 8, 4, "section Vectors: 60 bytes (expected 48 for 4 rows)")]
    [InlineData(24, 8, 536_870_911, "section Vectors: 60 bytes (expected 6442450932")]
    [InlineData(32, 4, 0, "header, byte 32: dimension 0")]
    [InlineData(32, 4, 4097, "header, byte 32: dimension 4097")]
    [InlineData(32, 4, -1, "header, byte 32: dimension 4294967295")]
    [InlineData(36, 4, 257, "header, byte 36: 257 sections")]
    [InlineData(36, 4, -1, "header, byte 36: 4294967295 sections")]
    [InlineData(36, 4, 8, "section 0: begins at byte 0")]
    [InlineData(36, 4, 0, "header, byte 12: 320 header bytes")]
    [InlineData(40, 8, -1, "header, byte 40: created -1")]
    [InlineData(40, 8, long.MaxValue, "header, byte 40: created")]
    [InlineData(48, 4, 0x7FC00000, "header, byte 48: norm bound NaN")]
    [InlineData(48, 4, unchecked((int)0xBF800000), "header, byte 48: norm bound -1")]
    [InlineData(64, 4, 2, "section TrackIds: listed twice")]
    [InlineData(64, 4, 99, "section Vectors: missing")]
    [InlineData(68, 4, 0x10000, "section Vectors: flags 00010000")]
    [InlineData(72, 8, 0, "section Vectors: begins at byte 0 (expected 320)")]
    [InlineData(72, 8, 384, "section Vectors: begins at byte 384 (expected 320)")]
    [InlineData(72, 8, long.MinValue, "section Vectors: begins at byte")]
    [InlineData(80, 8, -1, "section Vectors: -1 bytes")]
    [InlineData(80, 8, long.MaxValue, "section Vectors: 9223372036854775807 bytes")]
    [InlineData(80, 8, 59, "section Vectors: 59 bytes (expected 60")]
    [InlineData(80, 8, 61, "section Vectors: 61 bytes (expected 60")]
    [InlineData(104, 8, 320, "section TrackIds: begins at byte 320 (expected 384)")]
    public void HostileHeaderFieldsAreNamed(int offset, int bytes, long value, string problem)
    {
        byte[] file = File.ReadAllBytes(Snapshots.Write(_folder, seed: 1, rows: 5, dimension: 3));
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, value);
        number[..bytes].CopyTo(file.AsSpan(offset));
        Assert.Contains(problem, Refused(Sealed(file)));
    }

    [Fact]
    public void HostileValuesUnderRightChecksumsAreNamed()
    {
        Assert.Contains("section Vectors, row 1, column 2: NaN or infinity", WithSection(1, bytes => BinaryPrimitives.WriteSingleLittleEndian(bytes[20..], float.NaN)));
        Assert.Contains("section TrackIds: row 3: track id 7 is that of row 0 too", WithSection(2, bytes =>
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, 7);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], 7);
        }));
        Assert.Contains("section TrackIds: row 2: track id -5", WithSection(2, bytes => BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], -5)));
        Assert.Contains("section MarketMasks, row 4: market 3 (expected below 3)", WithSection(4, bytes => bytes[128] |= 8));
        Assert.Contains("section Flags, row 2: flags 02", WithSection(5, bytes => bytes[2] = 2));
        Assert.Contains("section Markets, market 1: expected two capital letters", WithSection(7, bytes => bytes[2] = 0xE9));
        Assert.Contains("section Markets, market 1: expected two capital letters", WithSection(7, bytes => "DE"u8.CopyTo(bytes[2..])));
    }

    [Fact]
    public void ARowBeyondTheNormBoundIsFoundByVerify()
    {
        byte[] file = File.ReadAllBytes(Snapshots.Write(_folder, seed: 1, rows: 5, dimension: 3));
        BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(48), 0.01f);
        using Catalogue catalogue = Catalogue.Open(_folder.Write("x.rbt", Sealed(file)));
        Assert.Contains("section Vectors, row 0: its norm", Assert.Throws<CatalogueException>(catalogue.Verify).Message);
    }

    [Theory, InlineData(0u, true), InlineData(0xFFFFu, true), InlineData(0x10000u, false)]
    public void AnUnknownSectionIsSkippedUnlessItForbidsThat(uint flags, bool opens)
    {
        byte[] file = File.ReadAllBytes(Snapshots.Write(_folder, seed: 1, rows: 5, dimension: 3));
        file = [.. file, .. new byte[64]]; // the table of 7 has room for an 8th entry
        file[36] = 8;
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(10), 9); // a later minor version
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(16), file.Length);
        byte[] extra = [1, 2, 3];
        extra.CopyTo(file, file.Length - 64);
        new SectionEntry((SectionKind)99, flags, file.Length - 64, extra.Length, Crc32C.Compute(extra)).Write(file.AsSpan(64 + (7 * 32)));
        Sealed(file);
        if (opens) Opens(file);
        else Assert.Contains("section 99: of a kind that this version does not know", Refused(file));
        file[^64] ^= 1;
        Assert.Contains("section 99", Refused(file));
        file[^64] ^= 1;
        file[^1] = 1;
        Assert.Contains("section 99", Refused(file));
    }

    [Fact]
    public void AMissingFileAFolderAndAForeignFileAreNamed()
    {
        Assert.Contains("no such file", Assert.Throws<CatalogueException>(() => Catalogue.Open(_folder.File("missing.rbt"))).Message);
        Assert.StartsWith(_folder.Path, Assert.Throws<CatalogueException>(() => Catalogue.Open(_folder.Path)).Message);
        Assert.Contains("not a catalogue snapshot", Refused(new byte[4096]));
        Assert.Contains("the file is empty", Refused([]));
    }

    private string WithSection(int kind, Action<Span<byte>> change)
    {
        byte[] file = File.ReadAllBytes(Snapshots.Write(_folder, seed: 1, rows: 5, dimension: 3));
        Span<byte> entryBytes = file.AsSpan(64 + ((kind - 1) * 32), 32);
        SectionEntry entry = SectionEntry.Read(entryBytes);
        Span<byte> section = file.AsSpan((int)entry.Offset, (int)entry.Bytes);
        change(section);
        (entry with { Crc = Crc32C.Compute(section) }).Write(entryBytes);
        return Refused(Sealed(file));
    }

    private static byte[] Sealed(byte[] file)
    {
        int headerBytes = Math.Min(BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(12)), file.Length);
        uint crc = Crc32C.Append(Crc32C.Compute(file.AsSpan(0, 60)), file.AsSpan(64, headerBytes - 64));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(60), crc);
        return file;
    }

    private void Opens(byte[] file) => Catalogue.Open(_folder.Write("x.rbt", file)).Dispose();

    private string Refused(byte[] file)
    {
        string path = _folder.Write("x.rbt", file);
        string message = Assert.Throws<CatalogueException>(() => Catalogue.Open(path)).Message;
        Assert.StartsWith(path + ": ", message);
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
