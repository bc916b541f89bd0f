using System.Buffers;
using BenchmarkDotNet.Attributes;
using Rubato.Kernels.Checksums;
using Rubato.Wire;

namespace Rubato.Bench;

/// <summary>What does reading one SCORE frame cost, in one piece and straddling two, and how much of it are the checksums?</summary>
[MemoryDiagnoser, MinColumn]
public class FrameParseBench
{
    private const int Dimension = 64, PayloadBytesMax = 1 << 20;

    private readonly FrameScratch _scratch = new();
    private ReadOnlySequence<byte> _whole, _inTwo, _empty;

    /// <summary>100 is a usual request; 4,096 is the most, and long enough for the three-stream checksum.</summary>
    [Params(100, 4096)]
    public int Candidates { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var frames = new ScoreFrames(1, Dimension, Candidates, [.. Enumerable.Range(0, 35_648).Select(id => (long)id)]);
        _whole = new ReadOnlySequence<byte>(frames[0]);
        _inTwo = Pieces.Of(frames[0], frames[0].Length / 2);
        var output = new ArrayBufferWriter<byte>();
        FrameWriter.Write(output, new FrameHeader { Kind = FrameKind.Request, Opcode = Opcode.Ping }, default);
        _empty = new ReadOnlySequence<byte>(output.WrittenMemory);
    }

    [Benchmark(Baseline = true)]
    public int InOnePiece() => Read(_whole);

    [Benchmark]
    public int InTwoPieces() => Read(_inTwo);

    [Benchmark]
    public int HeaderAlone() => Read(_empty);

    [Benchmark]
    public uint PayloadChecksumAlone() => Crc32C.Compute(_whole.FirstSpan[FrameHeader.Bytes..]);

    private int Read(in ReadOnlySequence<byte> buffer)
    {
        var reader = new FrameReader(buffer, PayloadBytesMax, _scratch);
        FrameStatus status = reader.TryRead(out _, out ReadOnlySpan<byte> payload);
        return status == FrameStatus.Done ? payload.Length : throw new InvalidOperationException(status.ToString());
    }
}
