using System.Runtime.InteropServices;

namespace Rubato.Wire;

/// <summary>
/// The payload of SCORE and of RECOMMEND: block, listener vector f32 [dimension], candidates i64 [count], denied licensors u32 [count].
/// SCORE leaves the fields of the slate zero.
/// </summary>
public readonly ref struct ScoreRequest : IPayload
{
    [StructLayout(LayoutKind.Explicit, Size = FrameHeader.Bytes)]
    private struct Block
    {
        [FieldOffset(0)] public ushort BlockBytes;
        [FieldOffset(2)] public ushort Dimension;
        [FieldOffset(4)] public uint CandidateCount;
        [FieldOffset(8)] public uint DeniedLicensorCount;
        [FieldOffset(12)] public uint Cohort;
        [FieldOffset(16)] public ushort Market;
        [FieldOffset(18)] public RequestOptions Options;
        [FieldOffset(20)] public ushort Slots;
        [FieldOffset(22)] public ushort LicensorSlotsMax;
        [FieldOffset(24)] public uint Depth;
        [FieldOffset(28)] public ushort LosersMax;
        [FieldOffset(32)] public ulong ListenerId;
        [FieldOffset(40)] public float QualityLossMax;
    }

    /// <summary>[dimension]; aligned to 64 bytes in a received frame.</summary>
    public ReadOnlySpan<float> Listener { get; init; }

    /// <summary>[candidates], track ids; in RECOMMEND empty = the whole catalogue.</summary>
    public ReadOnlySpan<long> Candidates { get; init; }

    /// <summary>[licensors] whose tracks are held back.</summary>
    public ReadOnlySpan<uint> DeniedLicensors { get; init; }

    /// <summary>Cohort of the listener; 0 = none.</summary>
    public uint Cohort { get; init; }

    /// <summary>The listener's market: two ASCII capitals, the first in the low byte; 0 = not named.</summary>
    public ushort Market { get; init; }

    /// <summary>Breakdown, explicit tracks.</summary>
    public RequestOptions Options { get; init; }

    /// <summary>RECOMMEND: places to fill.</summary>
    public ushort Slots { get; init; }

    /// <summary>RECOMMEND: slots that one licensor may have; 0 = all.</summary>
    public ushort LicensorSlotsMax { get; init; }

    /// <summary>RECOMMEND: tracks to retrieve by similarity before allocation, besides promoted ones; 0 = the server's default.</summary>
    public uint Depth { get; init; }

    /// <summary>RECOMMEND: candidates that lost, to be listed behind the slate; 0 = none.</summary>
    public ushort LosersMax { get; init; }

    /// <summary>The listener, for frequency caps; 0 = unknown.</summary>
    public ulong ListenerId { get; init; }

    /// <summary>RECOMMEND: mean relevance that the slate may lose, 0 to 1, where <see cref="RequestOptions.QualityLoss"/> is set.</summary>
    public float QualityLossMax { get; init; }

    /// <summary>Bytes of the payload.</summary>
    public int PayloadBytes => FrameHeader.Bytes + PayloadLayout.Bytes<float>(Listener.Length)
        + PayloadLayout.Bytes<long>(Candidates.Length) + PayloadLayout.Bytes<uint>(DeniedLicensors.Length);

    /// <summary>Writes the payload.</summary>
    /// <param name="payload">[PayloadBytes], overwritten</param>
    public void Write(Span<byte> payload)
    {
        MemoryMarshal.Write(payload, new Block
        {
            BlockBytes = FrameHeader.Bytes,
            Dimension = (ushort)Listener.Length,
            CandidateCount = (uint)Candidates.Length,
            DeniedLicensorCount = (uint)DeniedLicensors.Length,
            Cohort = Cohort,
            Market = Market,
            Options = Options,
            Slots = Slots,
            LicensorSlotsMax = LicensorSlotsMax,
            Depth = Depth,
            LosersMax = LosersMax,
            ListenerId = ListenerId,
            QualityLossMax = QualityLossMax,
        });
        int offset = FrameHeader.Bytes;
        Listener.CopyTo(PayloadLayout.Place<float>(payload, ref offset, Listener.Length));
        Candidates.CopyTo(PayloadLayout.Place<long>(payload, ref offset, Candidates.Length));
        DeniedLicensors.CopyTo(PayloadLayout.Place<uint>(payload, ref offset, DeniedLicensors.Length));
    }

    /// <summary>Reads a payload without copying its arrays; counts are compared with the payload's size before anything is taken.</summary>
    /// <param name="payload">the payload as received</param>
    /// <param name="request">valid as long as the payload is</param>
    /// <param name="errorOffset">payload byte at which the trouble is, when false</param>
    public static bool TryRead(ReadOnlySpan<byte> payload, out ScoreRequest request, out int errorOffset)
    {
        request = default;
        errorOffset = 0;
        if (!PayloadLayout.TryReadBlock(payload, out Block block, out int offset)) return false;
        errorOffset = offset;
        if (!PayloadLayout.TryTake(payload, ref offset, block.Dimension, out ReadOnlySpan<float> listener)) return false;
        errorOffset = offset;
        if (!PayloadLayout.TryTake(payload, ref offset, block.CandidateCount, out ReadOnlySpan<long> candidates)) return false;
        errorOffset = offset;
        if (!PayloadLayout.TryTake(payload, ref offset, block.DeniedLicensorCount, out ReadOnlySpan<uint> denied)) return false;
        request = new ScoreRequest
        {
            Listener = listener,
            Candidates = candidates,
            DeniedLicensors = denied,
            Cohort = block.Cohort,
            Market = block.Market,
            Options = block.Options,
            Slots = block.Slots,
            LicensorSlotsMax = block.LicensorSlotsMax,
            Depth = block.Depth,
            LosersMax = block.LosersMax,
            ListenerId = block.ListenerId,
            QualityLossMax = block.QualityLossMax,
        };
        return true;
    }
}
