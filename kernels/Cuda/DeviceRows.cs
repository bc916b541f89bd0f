using System.Runtime.InteropServices;
using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>Rows that live on a device: fp32 values for the exact scores, and what the scan reads.</summary>
/// <remarks>Subclasses differ in what a scan reads. Loaded once per catalogue.</remarks>
internal abstract class DeviceRows : IDisposable
{
    /// <summary>Bytes copied at once where rows have to be padded.</summary>
    private const int PieceBytes = 4 << 20;

    private readonly DeviceBuffer _values;
    private readonly float _normMax;

    protected DeviceRows(IDevice device, in ItemMatrix items, ScanFormat format)
    {
        (Device, Rows, Dimension, _normMax, Format) = (device, items.Rows, items.Dimension, items.NormMax, format);
        ValueStride = ScanFormatSingle.Stride(items.Dimension);
        _values = Padded(device, items.Values, items.Dimension, ValueStride);
    }

    public IDevice Device { get; }

    /// <summary>The form of the rows.</summary>
    public ScanFormat Format { get; }

    public int Rows { get; }

    public int Dimension { get; }

    /// <summary>fp32 values from row to row: the dimension, padded with zeros to 16 bytes.</summary>
    public int ValueStride { get; }

    public long Values => _values.Address;

    /// <summary>What the scan reads.</summary>
    public abstract long ScanRows { get; }

    /// <summary>[padded rows ÷ 16] scale, error and norm; 0 without.</summary>
    public abstract long Blocks { get; }

    /// <summary>Bytes from row to row of <see cref="ScanRows"/>.</summary>
    public int RowBytes => Format.RowBytes(Dimension);

    /// <summary>Bytes of one query as the scan reads it.</summary>
    public int QueryBytes => Format.QueryBytes(Dimension);

    /// <summary>The scale on which bounds depend.</summary>
    protected float Scale { get; init; }

    /// <summary>Lays out a query and derives its bound.</summary>
    /// <returns>false where the bound does not hold, so that the CPU has to answer</returns>
    public bool Prepare(ReadOnlySpan<float> query, ref QueryLane lane, Span<byte> target) =>
        Format.TryPrepare(new ItemMatrix([], Dimension, _normMax), Scale, query, ref lane, target);

    public virtual void Dispose() => _values.Dispose();

    /// <summary>Rows with zeros behind them up to a stride.</summary>
    protected static DeviceBuffer Padded<T>(IDevice device, ReadOnlySpan<T> values, int dimension, int stride) where T : unmanaged
    {
        if (dimension == stride) return DeviceBuffer.Of(device, values);
        int rows = values.Length / dimension, elementBytes = Marshal.SizeOf<T>(), pieceRows = Math.Max(1, PieceBytes / (stride * elementBytes));
        var buffer = new DeviceBuffer(device, (long)rows * stride * elementBytes);
        T[] piece = new T[Math.Min(rows, pieceRows) * stride];
        for (int first = 0; first < rows; first += pieceRows)
        {
            int count = Math.Min(pieceRows, rows - first);
            for (int row = 0; row < count; row++) values.Slice((first + row) * dimension, dimension).CopyTo(piece.AsSpan(row * stride));
            device.Upload(buffer.Address + (long)first * stride * elementBytes, MemoryMarshal.AsBytes(piece.AsSpan(0, count * stride)));
        }
        return buffer;
    }
}
