using System.Runtime.InteropServices;
using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>Rows that live on a device: fp32 values for the exact scores, and what the scan reads.</summary>
/// <remarks>Subclasses differ in what a scan reads and how its error is bounded. Loaded once per catalogue.</remarks>
internal abstract class DeviceRows : IDisposable
{
    /// <summary>Bytes copied at once where rows have to be padded.</summary>
    private const int PieceBytes = 4 << 20;

    /// <summary>Magnitudes beyond this could overflow fp32 somewhere; such queries go to the CPU.</summary>
    protected const double MagnitudeMax = 1.5e37;

    private readonly DeviceBuffer _values;

    protected DeviceRows(IDevice device, in ItemMatrix items)
    {
        (Device, Rows, Dimension, NormMax) = (device, items.Rows, items.Dimension, items.NormMax);
        ValueStride = (items.Dimension + 3) / 4 * 4;
        _values = Padded(device, items.Values, items.Dimension, ValueStride);
    }

    public IDevice Device { get; }

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
    public abstract int RowBytes { get; }

    /// <summary>Bytes of one query as the scan reads it.</summary>
    public abstract int QueryBytes { get; }

    protected float NormMax { get; }

    /// <summary>The scan kernel for so many queries.</summary>
    public abstract ScanShape Shape(int queryCount);

    /// <summary>Lays out a query and derives its bound.</summary>
    /// <returns>false where the bound does not hold, so that the CPU has to answer</returns>
    public abstract bool Prepare(ReadOnlySpan<float> query, ref QueryLane lane, Span<byte> target);

    public virtual void Dispose() => _values.Dispose();

    /// <summary>The Euclidean norm.</summary>
    protected static double Norm(ReadOnlySpan<float> query)
    {
        double sum = 0;
        foreach (float value in query) sum += (double)value * value;
        return Math.Sqrt(sum);
    }

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
