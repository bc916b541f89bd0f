using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>The rows of a matrix on the devices, an equal range on each.</summary>
internal sealed class HeldRows : IDisposable
{
    private HeldRows(ScanFormat format, HeldPart?[] parts)
    {
        (Format, Parts) = (format, parts);
        foreach (HeldPart? part in parts) Scale = Math.Max(Scale, part?.Scale ?? 0);
    }

    /// <summary>In which form the rows are there.</summary>
    public ScanFormat Format { get; }

    /// <summary>The scale on which bounds depend: of int8 rows every part knows the smallest of the matrix, of halves the largest of its own.</summary>
    public float Scale { get; }

    /// <summary>Whether every device can finish its survivors.</summary>
    public bool FinishOnDevices => Array.TrueForAll(Parts, part => part is null or { HasValues: true });

    /// <summary>One part per device, in the order of the machine's lanes; null where there are too few rows for all.</summary>
    public HeldPart?[] Parts { get; }

    /// <summary>Copies a range of rows to the devices.</summary>
    /// <param name="machine">the devices</param>
    /// <param name="items">the matrix</param>
    /// <param name="format">the form of the rows on the devices</param>
    /// <param name="firstRow">a multiple of 64</param>
    /// <param name="endRow">above firstRow</param>
    /// <exception cref="CudaException">A device has too little memory, or was lost.</exception>
    public static HeldRows Upload(CudaMachine machine, in ItemMatrix items, ScanFormat format, int firstRow, int endRow)
    {
        var parts = new HeldPart?[machine.Lanes.Length];
        long units = (endRow - firstRow + 63L) / 64;
        int Start(int part) => (int)Math.Min(endRow, firstRow + units * part / parts.Length * 64);
        try
        {
            for (int i = 0; i < parts.Length; i++)
                if (Start(i) < Start(i + 1)) parts[i] = HeldUpload.Run(machine.Lanes[i], items, format, Start(i), Start(i + 1));
            return new HeldRows(format, parts);
        }
        catch
        {
            foreach (HeldPart? part in parts) part?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (HeldPart? part in Parts) part?.Dispose();
    }
}
