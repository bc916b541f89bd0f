using System.Runtime.InteropServices;

namespace Rubato.Wire;

/// <summary>
/// The payload of EMBED, RANK and INFER: block, model u8, label u8, listener vector f32 [dimension], tracks i64 [tracks], features f32 [rows, width],
/// tensors. EMBED has features, RANK a listener vector with tracks or features or both, INFER tensors.
/// </summary>
public readonly ref struct ModelRequest : IPayload
{
    [StructLayout(LayoutKind.Explicit, Size = FrameHeader.Bytes)]
    private struct Block
    {
        [FieldOffset(0)] public ushort BlockBytes;
        [FieldOffset(2)] public ushort ModelBytes;
        [FieldOffset(4)] public ushort LabelBytes;
        [FieldOffset(6)] public byte Priority;
        [FieldOffset(8)] public uint Version;
        [FieldOffset(12)] public uint Dimension;
        [FieldOffset(16)] public uint TrackCount;
        [FieldOffset(20)] public uint Rows;
        [FieldOffset(24)] public uint Width;
        [FieldOffset(28)] public uint TensorCount;
        [FieldOffset(32)] public ulong ListenerId;
    }

    /// <summary>Longest name of a model or a label in bytes.</summary>
    public const int NameBytesMax = 64;

    /// <summary>UTF-8, 1 to <see cref="NameBytesMax"/> bytes.</summary>
    public ReadOnlySpan<byte> Model { get; init; }

    /// <summary>UTF-8; empty = stable, or canary for its share of the listeners.</summary>
    public ReadOnlySpan<byte> Label { get; init; }

    /// <summary>Version of the model; 0 = by label.</summary>
    public uint Version { get; init; }

    /// <summary>0 normal, 1 high, 2 low.</summary>
    public byte Priority { get; init; }

    /// <summary>Decides on the canary; 0 = nobody.</summary>
    public ulong ListenerId { get; init; }

    /// <summary>RANK: [dimension], the same for all candidates.</summary>
    public ReadOnlySpan<float> Listener { get; init; }

    /// <summary>RANK: [rows] track ids whose vectors and attributes the server adds; empty for models that want neither.</summary>
    public ReadOnlySpan<long> Tracks { get; init; }

    /// <summary>EMBED: rows of listeners' features. RANK: rows of candidates, the tracks' where there are some.</summary>
    public uint Rows { get; init; }

    /// <summary>[rows, width], row-major; width may be 0 in RANK.</summary>
    public ReadOnlySpan<float> Features { get; init; }

    /// <summary>INFER: inputs by name, numbers only.</summary>
    public IReadOnlyList<WireTensor>? Tensors { get; init; }

    /// <summary>Features of a row.</summary>
    public int Width => Rows == 0 ? 0 : Features.Length / (int)Rows;

    /// <inheritdoc/>
    public int PayloadBytes => checked(FrameHeader.Bytes + PayloadLayout.Bytes<byte>(Model.Length) + PayloadLayout.Bytes<byte>(Label.Length)
        + PayloadLayout.Bytes<float>(Listener.Length) + PayloadLayout.Bytes<long>(Tracks.Length) + PayloadLayout.Bytes<float>(Features.Length)
        + WireTensors.Bytes(Tensors ?? []));

    /// <inheritdoc/>
    public void Write(Span<byte> payload)
    {
        MemoryMarshal.Write(payload, new Block
        {
            BlockBytes = FrameHeader.Bytes,
            ModelBytes = (ushort)Model.Length,
            LabelBytes = (ushort)Label.Length,
            Priority = Priority,
            Version = Version,
            Dimension = (uint)Listener.Length,
            TrackCount = (uint)Tracks.Length,
            Rows = Rows,
            Width = (uint)Width,
            TensorCount = (uint)(Tensors?.Count ?? 0),
            ListenerId = ListenerId,
        });
        int offset = FrameHeader.Bytes;
        Model.CopyTo(PayloadLayout.Place<byte>(payload, ref offset, Model.Length));
        Label.CopyTo(PayloadLayout.Place<byte>(payload, ref offset, Label.Length));
        Listener.CopyTo(PayloadLayout.Place<float>(payload, ref offset, Listener.Length));
        Tracks.CopyTo(PayloadLayout.Place<long>(payload, ref offset, Tracks.Length));
        Features.CopyTo(PayloadLayout.Place<float>(payload, ref offset, Features.Length));
        WireTensors.Write(payload, ref offset, Tensors ?? []);
    }

    /// <summary>Reads a payload; arrays stay where they are, tensors are copied. Counts are compared with the payload's size before anything is taken.</summary>
    /// <param name="payload">the payload as received</param>
    /// <param name="request">valid as long as the payload is</param>
    /// <param name="errorOffset">payload byte at which the trouble is, when false</param>
    public static bool TryRead(ReadOnlySpan<byte> payload, out ModelRequest request, out int errorOffset)
    {
        request = default;
        errorOffset = 0;
        if (!PayloadLayout.TryReadBlock(payload, out Block block, out int offset)) return false;
        if (block.ModelBytes is 0 or > NameBytesMax || block.LabelBytes > NameBytesMax || block.Version > int.MaxValue || block.Priority > 2) return false;
        errorOffset = offset;
        if (!PayloadLayout.TryTake(payload, ref offset, block.ModelBytes, out ReadOnlySpan<byte> model)
            || !PayloadLayout.TryTake(payload, ref offset, block.LabelBytes, out ReadOnlySpan<byte> label)) return false;
        errorOffset = offset;
        if (!PayloadLayout.TryTake(payload, ref offset, block.Dimension, out ReadOnlySpan<float> listener)) return false;
        errorOffset = offset;
        if (!PayloadLayout.TryTake(payload, ref offset, block.TrackCount, out ReadOnlySpan<long> tracks)) return false;
        errorOffset = offset;
        if (block.Rows > int.MaxValue || (long)block.Rows * block.Width > payload.Length
            || !PayloadLayout.TryTake(payload, ref offset, (long)block.Rows * block.Width, out ReadOnlySpan<float> features)) return false;
        errorOffset = offset;
        if (!WireTensors.TryRead(payload, ref offset, (int)Math.Min(block.TensorCount, int.MaxValue), out WireTensor[] tensors)) return false;
        request = new ModelRequest
        {
            Model = model,
            Label = label,
            Version = block.Version,
            Priority = block.Priority,
            ListenerId = block.ListenerId,
            Listener = listener,
            Tracks = tracks,
            Rows = block.Rows,
            Features = features,
            Tensors = tensors,
        };
        return true;
    }
}
