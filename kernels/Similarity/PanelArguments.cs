using System.Runtime.InteropServices;

namespace Rubato.Kernels.Similarity;

/// <summary>
/// The argument block of panel code, machine code or C#: a panel of rows against a group of up to 32 queries (lanes). The code appends
/// a hit for every row and lane whose score reaches the lane's bar, and writes nothing for the others.
/// </summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct PanelArguments
{
    /// <summary>Lanes of a group.</summary>
    public const int Lanes = 32;

    /// <summary>Bits of a hit's id that hold the lane; the rest is the row within the panel.</summary>
    public const int LaneBits = 5;

    /// <summary>Hits after which the code returns to have them drained, so that the bars rise.</summary>
    public const int HitLimit = 1024;

    /// <summary>Room for hits: one step of 32 rows × 32 lanes past the limit, and a vector past the end.</summary>
    public const int HitCapacity = HitLimit + 32 * Lanes + 16;

    /// <summary>Bytes of scratch for four tiles.</summary>
    public const int TileScratchBytes = 4 * 1024;

    /// <summary>Bytes that the code may use as scratch: tiles, thresholds and first sums.</summary>
    public const int ScratchBytes = TileScratchBytes + 2 * 64;

    /// <summary>Where the fields are, for the assembled code.</summary>
    public const int RowsAt = 0, BlocksAt = 8, QueriesAt = 16, LaneBoundsAt = 24, HitIdsAt = 32, HitValuesAt = 40,
        HitCountAt = 48, RowAt = 56, RowEndAt = 64, ScratchAt = 72, RowBytesAt = 80, LaneCountAt = 84, AheadAt = 88;

    /// <summary>Row 0 of the panel: codes u8 or values f4, row-major.</summary>
    [FieldOffset(RowsAt)]
    public byte* Rows;

    /// <summary>[rows ÷ 16] blocks of the panel; unused by fp32 code.</summary>
    [FieldOffset(BlocksAt)]
    public QuantisedBlock* Blocks;

    /// <summary>The group's queries in the layout that the code asks for.</summary>
    [FieldOffset(QueriesAt)]
    public byte* Queries;

    /// <summary>[2 halves of 16 lanes][bar, error factor, norm factor, first sum][16] f4 (the last i4).</summary>
    [FieldOffset(LaneBoundsAt)]
    public float* LaneBounds;

    /// <summary>[hits] i4: row within the panel · 32 + lane.</summary>
    [FieldOffset(HitIdsAt)]
    public int* HitIds;

    /// <summary>[hits] dot products: i4 of codes, f4 of values.</summary>
    [FieldOffset(HitValuesAt)]
    public int* HitValues;

    /// <summary>Hits written so far.</summary>
    [FieldOffset(HitCountAt)]
    public long HitCount;

    /// <summary>The next row to score; a multiple of 16, advanced by the code.</summary>
    [FieldOffset(RowAt)]
    public long Row;

    /// <summary>Where to stop; a multiple of 32.</summary>
    [FieldOffset(RowEndAt)]
    public long RowEnd;

    /// <summary>64-byte aligned scratch memory.</summary>
    [FieldOffset(ScratchAt)]
    public byte* Scratch;

    /// <summary>Bytes from row to row; assembled code has it built in.</summary>
    [FieldOffset(RowBytesAt)]
    public int RowBytes;

    /// <summary>Queries in the group; assembled code has a bound of it built in.</summary>
    [FieldOffset(LaneCountAt)]
    public int LaneCount;

    /// <summary>The code's share of the next panel, only ever prefetched: it may lie past the last row.</summary>
    [FieldOffset(AheadAt)]
    public byte* Ahead;
}
