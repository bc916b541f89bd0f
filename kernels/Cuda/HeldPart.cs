using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>A range of rows in the memory of a device: what it scans, and where there is room the values, with which it finishes its survivors.</summary>
internal sealed class HeldPart : IDisposable
{
    private readonly CudaBuffer<byte>? _rows; // null: the values are scanned
    private readonly CudaBuffer<QuantisedBlock>? _blocks;
    private readonly CudaBuffer<float>? _values;

    /// <param name="upload">where the rows were copied from and to</param>
    /// <param name="dimension">values per row</param>
    /// <param name="rows">rows in the format that is scanned; null where that is the values</param>
    /// <param name="blocks">scales and bounds; null where there are none</param>
    /// <param name="values">the values; null where they did not fit</param>
    /// <param name="scale">the scale on which bounds depend (<see cref="ScanFormat.TryPrepare"/>)</param>
    public HeldPart(HeldUpload upload, int dimension, CudaBuffer<byte>? rows, CudaBuffer<QuantisedBlock>? blocks, CudaBuffer<float>? values, float scale)
    {
        (Lane, Format, FirstRow, EndRow) = (upload.Lane, upload.Format, upload.FirstRow, upload.EndRow);
        (Dimension, _rows, _blocks, _values, Scale) = (dimension, rows, blocks, values, scale);
    }

    public CudaLane Lane { get; }

    public ScanFormat Format { get; }

    /// <summary>First row on the device, a multiple of 64.</summary>
    public int FirstRow { get; }

    /// <summary>Row after the last.</summary>
    public int EndRow { get; }

    public int Dimension { get; }

    /// <summary>The scale on which bounds depend.</summary>
    public float Scale { get; }

    public int RowBytes => Format.RowBytes(Dimension);

    public int QueryBytes => Format.QueryBytes(Dimension);

    /// <summary>Whether the values are here too.</summary>
    public bool HasValues => _values is not null;

    /// <summary>Values from row to row.</summary>
    public int ValueStride => ScanFormatSingle.Stride(Dimension);

    /// <summary>Where the values of row 0 would be: kernels count rows from the beginning of the matrix, whatever part of it is here.</summary>
    public long ValuesAddress => _values!.Address - (long)FirstRow * ValueStride * sizeof(float);

    /// <summary>Where row 0 of what is scanned would be.</summary>
    public long RowsAddress => _rows is null ? ValuesAddress : _rows.Address - (long)FirstRow * RowBytes;

    /// <summary>Where the block of row 0 would be; 0 without blocks.</summary>
    public unsafe long BlocksAddress => _blocks is null ? 0 : _blocks.Address - (long)FirstRow / QuantisedRows.BlockRows * sizeof(QuantisedBlock);

    public void Dispose()
    {
        _rows?.Dispose();
        _blocks?.Dispose();
        _values?.Dispose();
    }
}
