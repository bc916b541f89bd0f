using System.Runtime.InteropServices;

namespace Rubato.Wire;

/// <summary>
/// The payload that answers EMBED, RANK and INFER: block, values f32 [rows, width], relevance f32 [relevance], tensors. EMBED has vectors, RANK
/// scores (width 1) and their calibrated relevance, INFER tensors.
/// </summary>
public readonly ref struct ModelReply : IPayload
{
    [StructLayout(LayoutKind.Explicit, Size = FrameHeader.Bytes)]
    private struct Block
    {
        [FieldOffset(0)] public ushort BlockBytes;
        [FieldOffset(2)] public ushort TensorCount;
        [FieldOffset(4)] public uint Rows;
        [FieldOffset(8)] public uint Width;
        [FieldOffset(12)] public uint RelevanceCount;
        [FieldOffset(16)] public uint Version;
        [FieldOffset(20)] public uint BatchRows;
        [FieldOffset(24)] public uint QueueMicroseconds;
        [FieldOffset(28)] public uint BatchMicroseconds;
        [FieldOffset(32)] public uint ComputeMicroseconds;
    }

    /// <summary>Version that answered.</summary>
    public uint Version { get; init; }

    /// <summary>Rows of the run that answered, those of other requests included.</summary>
    public uint BatchRows { get; init; }

    /// <summary>From arrival to the batch.</summary>
    public uint QueueMicroseconds { get; init; }

    /// <summary>Filling and emptying the batch.</summary>
    public uint BatchMicroseconds { get; init; }

    /// <summary>Running it.</summary>
    public uint ComputeMicroseconds { get; init; }

    /// <summary>Rows of the values.</summary>
    public uint Rows { get; init; }

    /// <summary>[rows, width].</summary>
    public ReadOnlySpan<float> Values { get; init; }

    /// <summary>RANK: [rows], 0 to 1.</summary>
    public ReadOnlySpan<float> Relevance { get; init; }

    /// <summary>INFER: outputs by name.</summary>
    public IReadOnlyList<WireTensor>? Tensors { get; init; }

    /// <summary>Values of a row.</summary>
    public int Width => Rows == 0 ? 0 : Values.Length / (int)Rows;

    /// <inheritdoc/>
    public int PayloadBytes => checked(FrameHeader.Bytes + PayloadLayout.Bytes<float>(Values.Length) + PayloadLayout.Bytes<float>(Relevance.Length)
        + WireTensors.Bytes(Tensors ?? []));

    /// <inheritdoc/>
    public void Write(Span<byte> payload)
    {
        MemoryMarshal.Write(payload, new Block
        {
            BlockBytes = FrameHeader.Bytes,
            TensorCount = (ushort)(Tensors?.Count ?? 0),
            Rows = Rows,
            Width = (uint)Width,
            RelevanceCount = (uint)Relevance.Length,
            Version = Version,
            BatchRows = BatchRows,
            QueueMicroseconds = QueueMicroseconds,
            BatchMicroseconds = BatchMicroseconds,
            ComputeMicroseconds = ComputeMicroseconds,
        });
        int offset = FrameHeader.Bytes;
        Values.CopyTo(PayloadLayout.Place<float>(payload, ref offset, Values.Length));
        Relevance.CopyTo(PayloadLayout.Place<float>(payload, ref offset, Relevance.Length));
        WireTensors.Write(payload, ref offset, Tensors ?? []);
    }

    /// <summary>Reads a payload; arrays stay where they are, tensors are copied.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out ModelReply reply)
    {
        reply = default;
        if (!PayloadLayout.TryReadBlock(payload, out Block block, out int offset) || block.Rows > int.MaxValue
            || !PayloadLayout.TryTake(payload, ref offset, (long)Math.Min((ulong)block.Rows * block.Width, int.MaxValue), out ReadOnlySpan<float> rows)
            || !PayloadLayout.TryTake(payload, ref offset, block.RelevanceCount, out ReadOnlySpan<float> relevance)
            || !WireTensors.TryRead(payload, ref offset, block.TensorCount, out WireTensor[] tensors)) return false;
        reply = new ModelReply
        {
            Version = block.Version,
            BatchRows = block.BatchRows,
            QueueMicroseconds = block.QueueMicroseconds,
            BatchMicroseconds = block.BatchMicroseconds,
            ComputeMicroseconds = block.ComputeMicroseconds,
            Rows = block.Rows,
            Values = rows,
            Relevance = relevance,
            Tensors = tensors,
        };
        return true;
    }
}
