using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>A range of rows in the memory of a device: the int8 copy, and where there is room the values, with which the device finishes its survivors.</summary>
internal sealed class HeldPart : IDisposable
{
    private const int StagingBytes = 8 << 20;

    /// <summary>Memory that values leave for the blocks of queries.</summary>
    private const long ReserveBytes = 256 << 20;

    private readonly CudaBuffer<byte> _codes;
    private readonly CudaBuffer<QuantisedBlock> _blocks;
    private readonly CudaBuffer<float>? _values;

    private HeldPart(CudaLane lane, CudaBuffer<byte> codes, CudaBuffer<QuantisedBlock> blocks, CudaBuffer<float>? values, int firstRow, int endRow, QuantisedRows rows)
    {
        (Lane, _codes, _blocks, _values) = (lane, codes, blocks, values);
        (FirstRow, EndRow, RowBytes, Dimension) = (firstRow, endRow, rows.PaddedDimension, rows.Dimension);
    }

    public CudaLane Lane { get; }

    /// <summary>First row on the device, a multiple of 64.</summary>
    public int FirstRow { get; }

    /// <summary>Row after the last; the padding of the matrix follows it.</summary>
    public int EndRow { get; }

    public int RowBytes { get; }

    public int Dimension { get; }

    /// <summary>Whether the values are here too.</summary>
    public bool HasValues => _values is not null;

    /// <summary>Values from row to row.</summary>
    public int ValueStride => Stride(Dimension);

    /// <summary>Where the values of row 0 would be.</summary>
    public long ValuesAddress => _values!.Address - (long)FirstRow * ValueStride * sizeof(float);

    /// <summary>Where row 0 would be: kernels count rows from the beginning of the matrix, whatever part of it is here.</summary>
    public long CodesAddress => _codes.Address - (long)FirstRow * RowBytes;

    /// <summary>Where the block of row 0 would be.</summary>
    public unsafe long BlocksAddress => _blocks.Address - (long)FirstRow / QuantisedRows.BlockRows * sizeof(QuantisedBlock);

    /// <summary>Copies rows to a device, through pinned memory: one part travels while the next is read.</summary>
    /// <param name="lane">the device</param>
    /// <param name="items">the matrix</param>
    /// <param name="firstRow">a multiple of 64</param>
    /// <param name="endRow">above firstRow</param>
    /// <exception cref="CudaException">The device has too little memory, or was lost.</exception>
    public static HeldPart Upload(CudaLane lane, in ItemMatrix items, int firstRow, int endRow)
    {
        QuantisedRows rows = items.Quantised;
        int stride = rows.PaddedDimension, firstBlock = firstRow / QuantisedRows.BlockRows;
        int paddedEnd = QuantisedRows.Padded(endRow), blockCount = paddedEnd / QuantisedRows.BlockRows - firstBlock;
        long bytes = (long)(paddedEnd - firstRow) * stride;
        lane.Context.MakeCurrent();
        CudaBuffer<byte>? codes = null;
        CudaBuffer<QuantisedBlock>? blocks = null;
        CudaBuffer<float>? values = null;
        try
        {
            codes = CudaBuffer<byte>.Allocate(lane.Context, bytes, $"{endRow - firstRow:N0} int8 rows of {rows.Dimension}");
            blocks = CudaBuffer<QuantisedBlock>.Allocate(lane.Context, blockCount, $"the bounds of {endRow - firstRow:N0} rows");
            using CudaStream stream = CudaStream.Create(lane.Context);
            Copy(codes, rows.Codes.Slice(checked((int)((long)firstRow * stride)), checked((int)bytes)), lane.Context, stream);
            Copy(blocks, rows.Blocks.Slice(firstBlock, blockCount), lane.Context, stream);
            long valueCount = (long)(endRow - firstRow) * Stride(rows.Dimension);
            if (lane.Context.FreeBytes - valueCount * sizeof(float) >= ReserveBytes)
            {
                values = Room(lane.Context, valueCount);
                if (values is not null) Copy(values, items.Values.Slice(firstRow * rows.Dimension, (endRow - firstRow) * rows.Dimension), lane.Context, stream, rows.Dimension, Stride(rows.Dimension));
            }
            return new HeldPart(lane, codes, blocks, values, firstRow, endRow, rows);
        }
        catch
        {
            codes?.Dispose();
            blocks?.Dispose();
            values?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _codes.Dispose();
        _blocks.Dispose();
        _values?.Dispose();
    }

    /// <summary>Memory for values; null where the device is fuller than it was, and the CPU has to finish.</summary>
    private static CudaBuffer<float>? Room(CudaContext context, long count)
    {
        try
        {
            return CudaBuffer<float>.Allocate(context, count, "fp32 rows");
        }
        catch (CudaException failure) when (failure.IsOutOfMemory)
        {
            return null;
        }
    }

    /// <summary>Rows of values begin at multiples of 16 bytes.</summary>
    private static int Stride(int dimension) => (dimension + 3) / 4 * 4;

    private static void Copy<T>(CudaBuffer<T> target, ReadOnlySpan<T> source, CudaContext context, CudaStream stream) where T : unmanaged =>
        Copy(target, source, context, stream, width: 1, stride: 1);

    /// <summary>Copies rows of a width to rows of a stride, whole rows at a time.</summary>
    private static unsafe void Copy<T>(CudaBuffer<T> target, ReadOnlySpan<T> source, CudaContext context, CudaStream stream, int width, int stride) where T : unmanaged
    {
        int rows = source.Length / width, partRows = Math.Min(rows, StagingBytes / sizeof(T) / stride), part = partRows * stride;
        using HostBuffer<T> even = HostBuffer<T>.Allocate(context, part), odd = HostBuffer<T>.Allocate(context, part);
        using CudaEvent evenSent = CudaEvent.Create(context), oddSent = CudaEvent.Create(context);
        even.Span.Clear(); // what lies between the rows
        odd.Span.Clear();
        for (int row = 0, turn = 0; row < rows; row += partRows, turn++)
        {
            (HostBuffer<T> staging, CudaEvent sent) = turn % 2 == 0 ? (even, evenSent) : (odd, oddSent);
            if (turn >= 2) sent.Synchronize();
            int count = Math.Min(partRows, rows - row);
            if (width == stride) source.Slice(row * width, count * width).CopyTo(staging.Span);
            else for (int i = 0; i < count; i++) source.Slice((row + i) * width, width).CopyTo(staging.Span[(i * stride)..]);
            target.CopyFrom(staging, count * stride, stream, (long)row * stride);
            sent.Record(stream);
        }
        stream.Synchronize();
    }
}
