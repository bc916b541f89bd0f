using System.Runtime.InteropServices;
using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>Copies a range of rows to a device, through pinned memory: one part travels while the next is read. What was copied is freed unless it became a part.</summary>
/// <param name="lane">the device, whose context is current</param>
/// <param name="format">what is copied</param>
/// <param name="firstRow">a multiple of 64</param>
/// <param name="endRow">above firstRow</param>
internal sealed class HeldUpload(CudaLane lane, ScanFormat format, int firstRow, int endRow) : IDisposable
{
    private const int StagingBytes = 8 << 20;

    /// <summary>Memory that values leave for the blocks of queries.</summary>
    private const long ReserveBytes = 256 << 20;

    private readonly List<IDisposable> _made = [];
    private readonly CudaStream _stream = CudaStream.Create(lane.Context);
    private long _valuesBytes;
    private int _dimension;

    /// <summary>Writes some rows of a matrix as the device wants them.</summary>
    private delegate void Fill<T>(in ItemMatrix items, int firstRow, int rows, Span<T> target);

    public CudaLane Lane => lane;

    public ScanFormat Format => format;

    public int FirstRow => firstRow;

    public int EndRow => endRow;

    public int Rows => endRow - firstRow;

    /// <summary>Whether values leave enough memory for the blocks of queries.</summary>
    public bool HasRoomForValues => lane.Context.FreeBytes - _valuesBytes >= ReserveBytes;

    /// <summary>Copies rows.</summary>
    /// <exception cref="CudaException">The device has too little memory, or was lost.</exception>
    public static HeldPart Run(CudaLane lane, in ItemMatrix items, ScanFormat format, int firstRow, int endRow)
    {
        lane.Context.MakeCurrent();
        using var upload = new HeldUpload(lane, format, firstRow, endRow);
        upload._dimension = items.Dimension;
        upload._valuesBytes = (long)upload.Rows * ScanFormat.Single.RowBytes(items.Dimension);
        return format.Upload(upload, items);
    }

    /// <summary>The int8 codes, padding included.</summary>
    public CudaBuffer<byte> Codes(in ItemMatrix items) =>
        Copy(items, QuantisedRows.Padded(endRow) - firstRow, items.Quantised.PaddedDimension, Purpose(items), (in ItemMatrix from, int first, int rows, Span<byte> target) =>
        {
            int width = from.Quantised.PaddedDimension;
            from.Quantised.Codes.Slice(checked(first * width), rows * width).CopyTo(target);
        });

    /// <summary>The rows as halves.</summary>
    /// <param name="items">the matrix</param>
    /// <param name="stride">halves from row to row</param>
    /// <param name="blocks">[blocks of the range], overwritten: their scales and bounds</param>
    public CudaBuffer<byte> Halves(in ItemMatrix items, int stride, QuantisedBlock[] blocks) =>
        Copy(items, Rows, 2 * stride, Purpose(items), (in ItemMatrix from, int first, int rows, Span<byte> target) =>
            HalfRounder.Round(from.Values.Slice(first * from.Dimension, rows * from.Dimension), from.Dimension, stride, MemoryMarshal.Cast<byte, Half>(target),
                blocks.AsSpan((first - firstRow) / QuantisedRows.BlockRows, (rows + QuantisedRows.BlockRows - 1) / QuantisedRows.BlockRows)));

    /// <summary>Scales and bounds of the range's blocks, which come first.</summary>
    public CudaBuffer<QuantisedBlock> Blocks(ReadOnlySpan<QuantisedBlock> blocks)
    {
        int count = (QuantisedRows.Padded(endRow) - firstRow) / QuantisedRows.BlockRows;
        QuantisedBlock[] copied = blocks[..Math.Min(count, blocks.Length)].ToArray();
        return Copy(default, copied.Length, 1, $"the bounds of {Rows:N0} rows", (in ItemMatrix _, int first, int rows, Span<QuantisedBlock> target) =>
            copied.AsSpan(first - firstRow, rows).CopyTo(target));
    }

    /// <summary>The fp32 values.</summary>
    public CudaBuffer<float> Values(in ItemMatrix items)
    {
        int stride = ScanFormatSingle.Stride(items.Dimension);
        return Copy(items, Rows, stride, $"{Rows:N0} fp32 rows of {items.Dimension}", (in ItemMatrix from, int first, int rows, Span<float> target) =>
        {
            for (int row = 0; row < rows; row++) from.Row(first + row).CopyTo(target[(row * stride)..]);
        });
    }

    /// <summary>The fp32 values; null where the device is fuller than it was, and the CPU has to finish.</summary>
    public CudaBuffer<float>? TryValues(in ItemMatrix items)
    {
        int made = _made.Count;
        try
        {
            return Values(items);
        }
        catch (CudaException failure) when (failure.IsOutOfMemory)
        {
            foreach (IDisposable useless in _made[made..]) useless.Dispose();
            _made.RemoveRange(made, _made.Count - made);
            return null;
        }
    }

    /// <summary>The part, which owns what was copied from here on.</summary>
    public HeldPart Part(CudaBuffer<byte>? rows, CudaBuffer<QuantisedBlock>? blocks, CudaBuffer<float>? values, float scale)
    {
        _made.Clear();
        return new HeldPart(this, _dimension, rows, blocks, values, scale);
    }

    public void Dispose()
    {
        foreach (IDisposable made in _made) made.Dispose();
        _stream.Dispose();
    }

    private string Purpose(in ItemMatrix items) => $"{Rows:N0} {format.Name} rows of {items.Dimension}";

    /// <summary>Copies whole rows, as many at a time as the staging memory holds.</summary>
    private unsafe CudaBuffer<T> Copy<T>(in ItemMatrix items, int rows, int stride, string purpose, Fill<T> fill) where T : unmanaged
    {
        CudaBuffer<T> target = CudaBuffer<T>.Allocate(lane.Context, (long)rows * stride, purpose);
        _made.Add(target);
        int partRows = Math.Min(rows, Math.Max(64, StagingBytes / sizeof(T) / stride / 64 * 64)), part = partRows * stride;
        using HostBuffer<T> even = HostBuffer<T>.Allocate(lane.Context, part), odd = HostBuffer<T>.Allocate(lane.Context, part);
        using CudaEvent evenSent = CudaEvent.Create(lane.Context), oddSent = CudaEvent.Create(lane.Context);
        even.Span.Clear(); // what lies between the rows
        odd.Span.Clear();
        for (int row = 0, turn = 0; row < rows; row += partRows, turn++)
        {
            (HostBuffer<T> staging, CudaEvent sent) = turn % 2 == 0 ? (even, evenSent) : (odd, oddSent);
            if (turn >= 2) sent.Synchronize();
            int count = Math.Min(partRows, rows - row);
            fill(items, firstRow + row, count, staging.Span[..(count * stride)]);
            target.CopyFrom(staging, count * stride, _stream, (long)row * stride);
            sent.Record(_stream);
        }
        _stream.Synchronize();
        return target;
    }
}
