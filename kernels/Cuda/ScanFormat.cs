using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>The form in which a device scans rows: how long they are, which kernel reads them, and how a query meets them.</summary>
internal abstract class ScanFormat
{
    /// <summary>Magnitudes beyond this could overflow fp32 somewhere; such queries go to the CPU.</summary>
    protected const double MagnitudeMax = 1.5e37;

    /// <summary>The formats.</summary>
    public static readonly ScanFormat Int8 = new ScanFormatInt8(), Half = new ScanFormatHalf(), Single = new ScanFormatSingle();

    /// <summary>int8, fp16 or fp32.</summary>
    public abstract string Name { get; }

    /// <summary>Whether rows are the int8 copy of a matrix, which it then has to have.</summary>
    public virtual bool ReadsCodes => false;

    /// <summary>Bytes from row to row.</summary>
    public abstract int RowBytes(int dimension);

    /// <summary>Bytes of bounds for each row.</summary>
    public virtual double BoundBytes => 12.0 / QuantisedRows.BlockRows;

    /// <summary>Bytes of a query.</summary>
    public abstract int QueryBytes(int dimension);

    /// <summary>The kernel for so many queries.</summary>
    public abstract ScanShape Shape(int queries);

    /// <summary>Lays out a query and derives its bound.</summary>
    /// <param name="items">dimension and norm of the rows; its values are not read</param>
    /// <param name="scale">the scale of the rows on which the bound depends: the smallest of int8 blocks, the largest of fp16 blocks</param>
    /// <param name="query">[dimension]</param>
    /// <param name="lane">overwritten</param>
    /// <param name="target">[query bytes], overwritten</param>
    /// <returns>false where the bound does not hold in a device's arithmetic, so that the CPU has to answer</returns>
    public abstract bool TryPrepare(in ItemMatrix items, float scale, ReadOnlySpan<float> query, ref QueryLane lane, Span<byte> target);

    /// <summary>Copies rows to a device.</summary>
    /// <exception cref="CudaException">The device has too little memory, or was lost.</exception>
    public abstract HeldPart Upload(HeldUpload upload, in ItemMatrix items);

    /// <summary>Where the rows begin, which tells one matrix from another; compared, never read from.</summary>
    public virtual unsafe nint AddressOf(in ItemMatrix items) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(items.Values));

    /// <summary>The Euclidean norm.</summary>
    protected static double Norm(ReadOnlySpan<float> query)
    {
        double sum = 0;
        foreach (float value in query) sum += (double)value * value;
        return Math.Sqrt(sum);
    }

    /// <summary>A query in fp32, with zeros behind it.</summary>
    protected static void Lay(ReadOnlySpan<float> query, Span<byte> target)
    {
        target.Clear();
        MemoryMarshal.AsBytes(query).CopyTo(target);
    }
}
