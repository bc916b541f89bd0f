using System.Runtime.InteropServices;
using Rubato.Kernels.Checksums;

namespace Rubato;

/// <summary>Writes the sections of a snapshot one after the other, then the header that describes them.</summary>
internal sealed class SnapshotWriter : IDisposable
{
    private const int ChunkElements = 1 << 20; // bytes of a chunk fit an int, whatever the section's size
    private readonly AtomicFile _file;
    private readonly SectionEntry[] _sections = new SectionEntry[Enum.GetValues<SectionKind>().Length];
    private int _count;

    public SnapshotWriter(string path)
    {
        _file = new AtomicFile(path);
        _file.Stream.Position = SnapshotHeader.HeaderBytes(_sections.Length);
    }

    /// <summary>Starts the next section; at most one of each kind.</summary>
    public void Begin(SectionKind kind) => _sections[_count++] = new SectionEntry(kind, Flags: 0, _file.Stream.Position, Bytes: 0, Crc: 0);

    /// <summary>Appends to the section begun last.</summary>
    public void Append<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        ref SectionEntry section = ref _sections[_count - 1];
        while (!values.IsEmpty)
        {
            ReadOnlySpan<T> chunk = values[..Math.Min(values.Length, ChunkElements)];
            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(chunk);
            _file.Stream.Write(bytes);
            section = section with { Bytes = section.Bytes + bytes.Length, Crc = Crc32C.Append(section.Crc, bytes) };
            values = values[chunk.Length..];
        }
    }

    /// <summary>Ends the section begun last: zeros up to the next multiple of 64.</summary>
    public void End() => _file.Stream.Write(stackalloc byte[(int)(_sections[_count - 1].PaddedEnd - _file.Stream.Position)]);

    /// <summary>A whole section at once.</summary>
    public void Write<T>(SectionKind kind, ReadOnlySpan<T> values) where T : unmanaged
    {
        Begin(kind);
        Append(values);
        End();
    }

    /// <summary>Writes the header and makes the file durable under its name.</summary>
    public void Commit(int rows, int dimension, float normMax, long created)
    {
        var header = new SnapshotHeader { Rows = rows, Dimension = dimension, NormMax = normMax, Created = created, Sections = _sections };
        byte[] head = header.Format(fileBytes: _file.Stream.Position);
        _file.Stream.Position = 0;
        _file.Stream.Write(head);
        _file.Commit();
    }

    public void Dispose() => _file.Dispose();
}
