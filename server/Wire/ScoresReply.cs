using System.Runtime.InteropServices;

namespace Rubato.Wire;

/// <summary>
/// The payload that answers SCORE and RECOMMEND: block, tracks i64 [count] (RECOMMEND only), scores f32 [count], with a breakdown
/// campaigns u32 [count], blocks u8 [count] and terms f64 [6, count], and with reservations one of 16 bytes [count].
/// </summary>
public readonly ref struct ScoresReply
{
    /// <summary>
    /// Terms per score, in this order: relevance, promotion, budget, promise, licensor, cohort. Their sum in double, from left to right,
    /// rounded to fp32, is the score.
    /// </summary>
    public const int TermCount = 6;

    [Flags]
    private enum Parts : ushort
    {
        Tracks = 1,
        Breakdown = 2,
        Reservations = 4,
    }

    [StructLayout(LayoutKind.Explicit, Size = FrameHeader.Bytes)]
    private struct Block
    {
        [FieldOffset(0)] public ushort BlockBytes;
        [FieldOffset(2)] public Parts Parts;
        [FieldOffset(4)] public uint Count;
        [FieldOffset(8)] public Generations Generations;
        [FieldOffset(32)] public uint Slots;
    }

    /// <summary>[count], the slate in order; empty in the answer to SCORE.</summary>
    public ReadOnlySpan<long> Tracks { get; private init; }

    /// <summary>[count]: in the order of the request's candidates (SCORE), or best first (RECOMMEND); −∞ = may not be given.</summary>
    public ReadOnlySpan<float> Scores { get; private init; }

    /// <summary>[count], campaign chosen for each, 0 = none; empty without breakdown.</summary>
    public ReadOnlySpan<uint> Campaigns { get; private init; }

    /// <summary>[count], why an entry has no campaign or may not be given (PROTOCOL.md, Block reasons); empty without breakdown.</summary>
    public ReadOnlySpan<byte> Blocks { get; private init; }

    /// <summary>[6, count], term after term; empty without breakdown.</summary>
    public ReadOnlySpan<double> Terms { get; private init; }

    /// <summary>[count], what an exposure event settles, or none; empty where the server keeps no budgets, and after SCORE.</summary>
    public ReadOnlySpan<Reservation> Reservations { get; private init; }

    /// <summary>RECOMMEND: entries that are the slate; those behind are losers.</summary>
    public int Slots { get; private init; }

    /// <summary>What made the scores.</summary>
    public Generations Generations { get; private init; }

    /// <summary>Bytes of a payload.</summary>
    public static int PayloadBytes(int count, bool withTracks, bool withBreakdown, bool withReservations = false) => FrameHeader.Bytes
        + (withTracks ? PayloadLayout.Bytes<long>(count) : 0)
        + PayloadLayout.Bytes<float>(count)
        + (withBreakdown ? PayloadLayout.Bytes<uint>(count) + PayloadLayout.Bytes<byte>(count) + PayloadLayout.Bytes<double>(TermCount * count) : 0)
        + (withReservations ? PayloadLayout.Bytes<Reservation>(count) : 0);

    /// <summary>Writes the block and hands out the places of the arrays, for the caller to fill.</summary>
    /// <param name="payload">[PayloadBytes]</param>
    /// <param name="count">entries</param>
    /// <param name="withTracks">the reply names tracks</param>
    /// <param name="withBreakdown">the reply carries campaigns, blocks and terms</param>
    /// <param name="generations">what made the scores</param>
    /// <param name="withReservations">the reply carries reservations</param>
    /// <param name="slots">entries that are the slate</param>
    public static ScoresReplyParts Begin(Span<byte> payload, int count, bool withTracks, bool withBreakdown, Generations generations,
        bool withReservations = false, int slots = 0)
    {
        MemoryMarshal.Write(payload, new Block
        {
            BlockBytes = FrameHeader.Bytes,
            Parts = (withTracks ? Parts.Tracks : 0) | (withBreakdown ? Parts.Breakdown : 0) | (withReservations ? Parts.Reservations : 0),
            Count = (uint)count,
            Generations = generations,
            Slots = (uint)slots,
        });
        int offset = FrameHeader.Bytes;
        int trackCount = withTracks ? count : 0, breakdownCount = withBreakdown ? count : 0;
        return new ScoresReplyParts
        {
            Tracks = PayloadLayout.Place<long>(payload, ref offset, trackCount),
            Scores = PayloadLayout.Place<float>(payload, ref offset, count),
            Campaigns = PayloadLayout.Place<uint>(payload, ref offset, breakdownCount),
            Blocks = PayloadLayout.Place<byte>(payload, ref offset, breakdownCount),
            Terms = PayloadLayout.Place<double>(payload, ref offset, TermCount * breakdownCount),
            Reservations = PayloadLayout.Place<Reservation>(payload, ref offset, withReservations ? count : 0),
        };
    }

    /// <summary>Reads a payload without copying its arrays.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out ScoresReply reply)
    {
        reply = default;
        if (!PayloadLayout.TryReadBlock(payload, out Block block, out int offset)) return false;
        long trackCount = (block.Parts & Parts.Tracks) != 0 ? block.Count : 0;
        long breakdownCount = (block.Parts & Parts.Breakdown) != 0 ? block.Count : 0;
        long reservationCount = (block.Parts & Parts.Reservations) != 0 ? block.Count : 0;
        if (!PayloadLayout.TryTake(payload, ref offset, trackCount, out ReadOnlySpan<long> tracks)
            || !PayloadLayout.TryTake(payload, ref offset, block.Count, out ReadOnlySpan<float> scores)
            || !PayloadLayout.TryTake(payload, ref offset, breakdownCount, out ReadOnlySpan<uint> campaigns)
            || !PayloadLayout.TryTake(payload, ref offset, breakdownCount, out ReadOnlySpan<byte> blocks)
            || !PayloadLayout.TryTake(payload, ref offset, TermCount * breakdownCount, out ReadOnlySpan<double> terms)
            || !PayloadLayout.TryTake(payload, ref offset, reservationCount, out ReadOnlySpan<Reservation> reservations)
            || block.Slots > block.Count)
            return false;
        reply = new ScoresReply
        {
            Tracks = tracks,
            Scores = scores,
            Campaigns = campaigns,
            Blocks = blocks,
            Terms = terms,
            Reservations = reservations,
            Slots = (int)block.Slots,
            Generations = block.Generations,
        };
        return true;
    }
}
