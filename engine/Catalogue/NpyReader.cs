using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>Streams the elements of an .npy file (versions 1 to 3, little-endian, C order, 1-D or 2-D) without holding the file in memory.</summary>
/// <typeparam name="T">Half (f2), float (f4), double (f8), int (i4) or long (i8)</typeparam>
public sealed class NpyReader<T> : IDisposable where T : unmanaged
{
    private const int ChunkElements = 1 << 16;
    private readonly FileStream _stream;
    private readonly NpyHeader _header;
    private readonly Half[]? _halves; // not null when f2 is widened to f4
    private long _left;

    /// <summary>Opens a file and checks its header, type and length; no element is read yet.</summary>
    /// <param name="path">the file</param>
    /// <param name="widenHalf">with T = float: also accept f2 and convert it, which is exact</param>
    /// <exception cref="NpyException">The file is missing or damaged, or its element type is not T.</exception>
    public NpyReader(string path, bool widenHalf = false)
    {
        Path = path;
        NpyElement wanted = NpyElements.Of<T>();
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException(".npy files are read on little-endian machines only");
        try
        {
            _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new NpyException(path, NpyException.Describe(failure), failure);
        }
        try
        {
            _header = Head();
            if (_header.Element != wanted)
            {
                bool widen = widenHalf && wanted == NpyElement.Float32;
                string expected = widen ? $"{wanted.Description()} or <f2" : wanted.Description();
                if (!widen || _header.Element != NpyElement.Float16)
                    throw new NpyException(path, $"element type {_header.Element.Description()} (expected {expected})");
                _halves = new Half[ChunkElements];
            }
            _left = _header.Length;
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>The file being read.</summary>
    public string Path { get; }

    /// <summary>Number of dimensions, 1 or 2.</summary>
    public int Dimensions => _header.Dimensions;

    /// <summary>First number of the shape.</summary>
    public long Rows => _header.Rows;

    /// <summary>Second number of the shape; 1 for a 1-D array.</summary>
    public long Columns => _header.Columns;

    /// <summary>Elements in the file, rows × columns.</summary>
    public long Length => _header.Length;

    /// <summary>Refuses every other shape.</summary>
    /// <param name="dimensions">1 or 2</param>
    /// <param name="rows">the number wanted, or −1 for any</param>
    /// <param name="columns">the number wanted, or −1 for any</param>
    /// <exception cref="NpyException">The shape differs.</exception>
    public void RequireShape(int dimensions, long rows = -1, long columns = -1)
    {
        if (Dimensions == dimensions && (rows < 0 || rows == Rows) && (columns < 0 || columns == Columns)) return;
        string wantedRows = rows < 0 ? "N" : $"{rows}", wantedColumns = columns < 0 ? "M" : $"{columns}";
        throw new NpyException(Path, $"shape {_header.Shape} (expected {(dimensions == 1 ? $"({wantedRows},)" : $"({wantedRows}, {wantedColumns})")})");
    }

    /// <summary>Reads the next elements, row-major.</summary>
    /// <param name="destination">filled whole</param>
    /// <exception cref="ArgumentException">Fewer elements are left.</exception>
    /// <exception cref="NpyException">The file shrank or could not be read.</exception>
    public void Read(Span<T> destination)
    {
        if (destination.Length > _left) throw new ArgumentException($"only {_left} elements are left", nameof(destination));
        _left -= destination.Length;
        while (!destination.IsEmpty)
        {
            Span<T> chunk = destination[..Math.Min(destination.Length, ChunkElements)];
            if (_halves is null)
            {
                Fill(MemoryMarshal.AsBytes(chunk));
            }
            else
            {
                Span<Half> halves = _halves.AsSpan(0, chunk.Length);
                Fill(MemoryMarshal.AsBytes(halves));
                Span<float> floats = MemoryMarshal.Cast<T, float>(chunk);
                for (int i = 0; i < floats.Length; i++) floats[i] = (float)halves[i];
            }
            destination = destination[chunk.Length..];
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();

    private NpyHeader Head()
    {
        try
        {
            return NpyHeader.Read(_stream, Path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new NpyException(Path, NpyException.Describe(failure), failure);
        }
    }

    private void Fill(Span<byte> bytes)
    {
        try
        {
            _stream.ReadExactly(bytes);
        }
        catch (IOException failure)
        {
            throw new NpyException(Path, $"byte {_stream.Position}: {NpyException.Describe(failure)}", failure);
        }
    }
}
