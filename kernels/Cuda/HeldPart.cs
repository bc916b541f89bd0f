using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>A range of int8 rows in the memory of a device.</summary>
internal sealed class HeldPart : IDisposable
{
    private const int StagingBytes = 8 << 20;
    private readonly CudaBuffer<byte> _codes;
    private readonly CudaBuffer<QuantisedBlock> _blocks;

    private HeldPart(CudaLane lane, CudaBuffer<byte> codes, CudaBuffer<QuantisedBlock> blocks, int firstRow, int endRow, int rowBytes)
    {
        (Lane, _codes, _blocks) = (lane, codes, blocks);
        (FirstRow, EndRow, RowBytes) = (firstRow, endRow, rowBytes);
    }

    public CudaLane Lane { get; }

    /// <summary>First row on the device, a multiple of 64.</summary>
    public int FirstRow { get; }

    /// <summary>Row after the last; the padding of the matrix follows it.</summary>
    public int EndRow { get; }

    public int RowBytes { get; }

    /// <summary>Where row 0 would be: kernels count rows from the beginning of the matrix, whatever part of it is here.</summary>
    public long CodesAddress => _codes.Address - (long)FirstRow * RowBytes;

    /// <summary>Where the block of row 0 would be.</summary>
    public unsafe long BlocksAddress => _blocks.Address - (long)FirstRow / QuantisedRows.BlockRows * sizeof(QuantisedBlock);

    /// <summary>Copies rows to a device, through pinned memory: one part travels while the next is read.</summary>
    /// <param name="lane">the device</param>
    /// <param name="rows">the matrix</param>
    /// <param name="firstRow">a multiple of 64</param>
    /// <param name="endRow">above firstRow</param>
    /// <exception cref="CudaException">The device has too little memory, or was lost.</exception>
    public static HeldPart Upload(CudaLane lane, QuantisedRows rows, int firstRow, int endRow)
    {
        int stride = rows.PaddedDimension, firstBlock = firstRow / QuantisedRows.BlockRows;
        int paddedEnd = QuantisedRows.Padded(endRow), blockCount = paddedEnd / QuantisedRows.BlockRows - firstBlock;
        long bytes = (long)(paddedEnd - firstRow) * stride;
        lane.Context.MakeCurrent();
        CudaBuffer<byte>? codes = null;
        CudaBuffer<QuantisedBlock>? blocks = null;
        try
        {
            codes = CudaBuffer<byte>.Allocate(lane.Context, bytes, $"{endRow - firstRow:N0} int8 rows of {rows.Dimension}");
            blocks = CudaBuffer<QuantisedBlock>.Allocate(lane.Context, blockCount, $"the bounds of {endRow - firstRow:N0} rows");
            using CudaStream stream = CudaStream.Create(lane.Context);
            Copy(codes, rows.Codes.Slice(checked((int)((long)firstRow * stride)), checked((int)bytes)), lane.Context, stream);
            Copy(blocks, rows.Blocks.Slice(firstBlock, blockCount), lane.Context, stream);
            return new HeldPart(lane, codes, blocks, firstRow, endRow, stride);
        }
        catch
        {
            codes?.Dispose();
            blocks?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _codes.Dispose();
        _blocks.Dispose();
    }

    private static unsafe void Copy<T>(CudaBuffer<T> target, ReadOnlySpan<T> source, CudaContext context, CudaStream stream) where T : unmanaged
    {
        int part = Math.Min(source.Length, StagingBytes / sizeof(T));
        using HostBuffer<T> even = HostBuffer<T>.Allocate(context, part), odd = HostBuffer<T>.Allocate(context, part);
        using CudaEvent evenSent = CudaEvent.Create(context), oddSent = CudaEvent.Create(context);
        for (int at = 0, turn = 0; at < source.Length; at += part, turn++)
        {
            (HostBuffer<T> staging, CudaEvent sent) = turn % 2 == 0 ? (even, evenSent) : (odd, oddSent);
            if (turn >= 2) sent.Synchronize();
            int count = Math.Min(part, source.Length - at);
            source.Slice(at, count).CopyTo(staging.Span);
            target.CopyFrom(staging, count, stream, at);
            sent.Record(stream);
        }
        stream.Synchronize();
    }
}
