namespace Rubato.Kernels.Similarity;

/// <summary>What a panel scan reads and how it bounds it: int8 codes or fp32 values.</summary>
internal abstract unsafe class PanelArithmetic
{
    /// <summary>Whether the int8 codes are read, which are padded, rather than the fp32 values, which are not.</summary>
    public abstract bool ReadsCodes { get; }

    /// <summary>Bytes per row of what is read; 0 where the matrix lacks it.</summary>
    public abstract int RowBytes(in ItemMatrix items);

    /// <summary>Bytes of one query in plain layout: a multiple of 64.</summary>
    public abstract int QueryBytes(int dimension);

    /// <summary>Bytes of one element of an interleaved query.</summary>
    public abstract int ElementBytes { get; }

    /// <summary>Rows that a panel scan reads and scores for one of so many queries in the time in which one row is fetched by itself.</summary>
    public abstract int FetchRows(int queries);

    /// <summary>Fills a lane and its plain query.</summary>
    /// <returns>false where the bound would not hold</returns>
    public abstract bool Prepare(in ItemMatrix items, ReadOnlySpan<float> query, ref Lane lane, Span<byte> plain);

    /// <summary>A lane's bar as the code compares it: no row whose score reaches the bar stays below it.</summary>
    public abstract float CodeBar(in Lane lane, float bar);

    /// <summary>Lays out plain queries for panel code: [halves][query bytes ÷ element][16 lanes][element].</summary>
    public void Interleave(byte* plain, byte* interleaved, int queryBytes, int lanes)
    {
        int element = ElementBytes;
        for (int lane = 0; lane < lanes; lane++)
            for (int i = 0; i < queryBytes; i += element)
                // SAFETY: plain holds lanes · queryBytes; interleaved ⌈lanes/16⌉ · 16 · queryBytes, and (lane & 15) < 16
                new Span<byte>(plain + (long)lane * queryBytes + i, element)
                    .CopyTo(new Span<byte>(interleaved + (long)(lane / 16) * 16 * queryBytes + 16 * i + (lane & 15) * element, element));
    }
}
