using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rubato.Wire;

namespace Rubato.Bench;

/// <summary>Seeded SCORE frames in pinned memory, aligned to 64 bytes as in a receive buffer.</summary>
internal sealed class ScoreFrames
{
    private const int Seed = 5;

    private readonly ReadOnlyMemory<byte>[] _frames;

    /// <param name="count">frames</param>
    /// <param name="dimension">values of a listener vector</param>
    /// <param name="candidates">candidates of a frame</param>
    /// <param name="trackIds">ids to draw candidates from</param>
    public ScoreFrames(int count, int dimension, int candidates, long[] trackIds)
    {
        var random = new Random(Seed);
        _frames = new ReadOnlyMemory<byte>[count];
        for (int i = 0; i < count; i++)
        {
            float[] listener = new float[dimension];
            for (int c = 0; c < dimension; c++) listener[c] = random.NextSingle() - 0.5f;
            _frames[i] = Frame(listener, random.GetItems(trackIds, candidates), (ulong)i);
        }
    }

    /// <summary>A whole frame: header, payload, padding.</summary>
    public ReadOnlyMemory<byte> this[int index] => _frames[index];

    /// <summary>The payload of a frame, without padding.</summary>
    public ReadOnlySpan<byte> Payload(int index)
    {
        var header = MemoryMarshal.Read<FrameHeader>(_frames[index].Span);
        return _frames[index].Span.Slice(FrameHeader.Bytes, (int)header.PayloadBytes);
    }

    private static ReadOnlyMemory<byte> Frame(float[] listener, long[] candidates, ulong requestId)
    {
        var request = new ScoreRequest { Listener = listener, Candidates = candidates };
        var output = new ArrayBufferWriter<byte>();
        Span<byte> frame = FrameWriter.Reserve(output, request.PayloadBytes);
        request.Write(FrameWriter.Payload(frame));
        FrameWriter.Seal(output, frame, request.PayloadBytes, new FrameHeader { Kind = FrameKind.Request, Opcode = Opcode.Score, RequestId = requestId });
        return Aligned(output.WrittenSpan);
    }

    private static unsafe ReadOnlyMemory<byte> Aligned(ReadOnlySpan<byte> frame)
    {
        byte[] memory = GC.AllocateUninitializedArray<byte>(frame.Length + FrameHeader.Bytes, pinned: true);
        // SAFETY: the array is pinned, so its address, which decides where the aligned part begins, stays.
        int start = (int)(-(nint)Unsafe.AsPointer(ref memory[0]) & (FrameHeader.Bytes - 1));
        frame.CopyTo(memory.AsSpan(start));
        return memory.AsMemory(start, frame.Length);
    }
}
