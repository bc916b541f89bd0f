using System.Buffers.Binary;
using System.Text;
using Rubato.Wire;

namespace Rubato.Tests;

public sealed class ErrorPayloadTests
{
    [Theory, InlineData(ErrorCode.UnknownTrack, false), InlineData(ErrorCode.Overloaded, true), InlineData(ErrorCode.Internal, false)]
    public void AnErrorIsReadAsWritten(ErrorCode code, bool expectedRetryable)
    {
        var error = new ErrorPayload(Stage.Queue, 250, 17, "slots: 0 given, 1 to 256 expected");
        Assert.True(ErrorPayload.TryRead(Frames.Error(code, error), out ErrorPayload read, out bool retryable));
        Assert.Equal(error, read);
        Assert.Equal(expectedRetryable, retryable);
    }

    [Theory, InlineData("a"), InlineData("ü"), InlineData("€"), InlineData("🎵")]
    public void ALongMessageIsCutBetweenTwoCharacters(string character)
    {
        for (int lead = 0; lead < 4; lead++)
        {
            string message = new string('x', lead) + string.Concat(Enumerable.Repeat(character, 300));
            Assert.True(ErrorPayload.TryRead(Frames.Error(ErrorCode.Internal, new ErrorPayload(Stage.None, 0, 0, message)), out ErrorPayload read, out _));
            Assert.StartsWith(read.Message, message);
            Assert.InRange(Encoding.UTF8.GetByteCount(read.Message), ErrorPayload.MessageBytesMax - Encoding.UTF8.GetByteCount(character) + 1, ErrorPayload.MessageBytesMax);
        }
    }

    [Fact]
    public void HostilePayloadsAreRefused()
    {
        byte[] payload = Frames.Error(ErrorCode.Internal, new ErrorPayload(Stage.None, 0, 0, "message"));
        for (int length = 0; length < 64 + 7; length++) Assert.False(ErrorPayload.TryRead(payload.AsSpan(0, length), out _, out _));
        foreach (uint messageBytes in new uint[] { 193, 1 << 30, uint.MaxValue })
        {
            BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(12), messageBytes);
            Assert.False(ErrorPayload.TryRead(payload, out _, out _));
        }
    }

    [Fact]
    public void ABlockThatGrewIsReadAndBytesThatAreNoTextDoNoHarm()
    {
        byte[] payload = Frames.Error(ErrorCode.Overloaded, new ErrorPayload(Stage.Send, 1, 2, "abc"));
        payload[64] = 0xFF; // no character begins so
        byte[] grown = [.. payload.AsSpan(0, 64), .. new byte[64], .. payload.AsSpan(64)];
        BinaryPrimitives.WriteUInt16LittleEndian(grown, 128);
        Assert.True(ErrorPayload.TryRead(grown, out ErrorPayload read, out bool retryable));
        Assert.Equal((Stage.Send, 1u, 2u, "\uFFFDbc", true), (read.Stage, read.RetryAfterMilliseconds, read.Offset, read.Message, retryable));
    }

    [Fact]
    public void EveryCodeIsInTheProtocolsTableAndTheTableSaysWhetherItIsRetryable()
    {
        string protocol = File.ReadAllText(Path.Combine(Support.TestData.RepositoryRoot(), "server", "Wire", "PROTOCOL.md"));
        foreach (ErrorCode code in Enum.GetValues<ErrorCode>().Where(code => code != ErrorCode.None))
        {
            string line = Assert.Single(protocol.Split('\n'), line => line.StartsWith($"| {(int)code} | {code} |", StringComparison.Ordinal));
            Assert.Equal(line.Contains("retryable", StringComparison.Ordinal), code.IsRetryable());
            Assert.Equal(line.Contains("closes", StringComparison.Ordinal), code < ErrorCode.PayloadChecksum);
        }
    }
}
