using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>
/// The bytes on the wire do not change: every kind of frame is kept in Golden/ and met by our writer and by a reader that knows PROTOCOL.md
/// only. A deliberate change of the protocol writes them anew: RUBATO_WRITE_GOLDEN=1.
/// </summary>
public sealed class GoldenFrameTests
{
    private static readonly string Folder = Path.Combine(TestData.RepositoryRoot(), "tests", "server", "Wire", "Golden");

    [Theory, MemberData(nameof(Names))]
    public void TheWriterMakesTheGoldenBytes(string name)
    {
        if (Environment.GetEnvironmentVariable("RUBATO_WRITE_GOLDEN") == "1") File.WriteAllBytes(Path.Combine(Folder, name + ".bin"), Frames.All[name]);
        Assert.Equal(Golden(name), Frames.All[name]);
    }

    public static TheoryData<string> Names => Frames.Names;

    [Fact]
    public void EveryGoldenFileIsChecked() =>
        Assert.Equal(Frames.All.Keys.Order(), Directory.GetFiles(Folder, "*.bin").Select(Path.GetFileNameWithoutExtension).Order());

    [Fact]
    public void TheChecksumIsTheOneOfTheProtocol() => Assert.Equal(0xE3069283, PlainFrame.Crc32C("123456789"u8));

    [Theory]
    [InlineData("hello-request", 1, 1, 1)]
    [InlineData("hello-reply", 2, 1, 1)]
    [InlineData("ping-request", 1, 2, 2)]
    [InlineData("ping-reply", 2, 2, 2)]
    [InlineData("stats-request", 1, 5, 3)]
    [InlineData("stats-reply", 2, 5, 3)]
    [InlineData("score-request", 1, 3, 4)]
    [InlineData("score-reply", 2, 3, 4)]
    [InlineData("recommend-request", 1, 4, 5)]
    [InlineData("recommend-reply", 2, 4, 5)]
    [InlineData("allocate-request", 1, 4, 7)]
    [InlineData("allocate-reply", 2, 4, 7)]
    [InlineData("expose-request", 1, 16, 8)]
    [InlineData("expose-reply", 2, 16, 8)]
    [InlineData("campaigns-request", 1, 17, 9)]
    [InlineData("campaigns-reply", 2, 17, 9)]
    [InlineData("embed-request", 1, 32, 7)]
    [InlineData("embed-reply", 2, 32, 7)]
    [InlineData("rank-request", 1, 33, 8)]
    [InlineData("rank-reply", 2, 33, 8)]
    [InlineData("infer-request", 1, 34, 9)]
    [InlineData("infer-reply", 2, 34, 9)]
    [InlineData("error", 3, 3, 6)]
    [InlineData("goaway", 4, 6, 0)]
    public void HeadersSayWhatTheyAre(string name, byte kind, ushort opcode, ulong requestId)
    {
        PlainFrame frame = Read(name);
        Assert.Equal((kind, opcode, requestId), (frame.Kind, frame.Opcode, frame.RequestId));
        Assert.Equal(kind == 1 ? 0 : 128, frame.Credit);
        Assert.Equal(0, frame.Flags);
        Assert.Equal(name switch { "error" => 40, "goaway" => 67, _ => 0 }, frame.Status);
        Assert.Equal(name == "score-request" ? (25_000u, 0x0102030405060708ul, 9ul) : (0, 0, 0), (frame.Deadline, frame.TraceHigh, frame.TraceLow));
    }

    [Fact]
    public void HelloIsReadFromTheTables()
    {
        var request = new PlainPayload(Read("hello-request").Payload, 64);
        Assert.Equal((1, 3, 0u, 1u << 20), (request.U8(2), request.U8(3), request.U32(4), request.U32(8)));
        Assert.Equal("grüße", request.Text(request.U32(12)));

        var reply = new PlainPayload(Read("hello-reply").Payload, 64);
        Assert.Equal((1, 0u, 65_536u, 4096u, 64u), (reply.U8(2), reply.U32(4), reply.U32(8), reply.U32(12), reply.U32(16)));
        Assert.Equal((256, 128, 300u, 35_648L), (reply.U16(20), reply.U16(22), reply.U32(24), reply.I64(32)));
        Assert.Equal((1_785_585_600_000_000, 3L, 42L), (reply.I64(40), reply.I64(48), reply.I64(56)));
    }

    [Fact]
    public void PingCarriesAnything()
    {
        Assert.Equal("anything"u8.ToArray(), Read("ping-request").Payload);
        Assert.Equal("anything"u8.ToArray(), Read("ping-reply").Payload);
    }

    [Fact]
    public void StatsIsReadFromTheTable()
    {
        Assert.Empty(Read("stats-request").Payload);
        var reply = new PlainPayload(Read("stats-reply").Payload, 128);
        Assert.Equal((5u, 6ul, 7ul, 8ul, 9ul), (reply.U32(4), reply.U64(8), reply.U64(16), reply.U64(24), reply.U64(32)));
        Assert.Equal((10ul, 11ul, 12ul, 13u), (reply.U64(40), reply.U64(48), reply.U64(56), reply.U32(64)));
        Assert.Equal((1_785_585_600_000_000, 3L, 42L), (reply.I64(72), reply.I64(80), reply.I64(88)));
    }

    [Fact]
    public void ScoreIsReadFromTheTable()
    {
        var score = new PlainPayload(Read("score-request").Payload, 64);
        Assert.Equal((3, 3u, 1u, 9u), (score.U16(2), score.U32(4), score.U32(8), score.U32(12)));
        Assert.Equal(((byte)'D', (byte)'E', (byte)3), (score.U8(16), score.U8(17), score.U8(18)));
        Assert.Equal((0, 2, 500u), (score.U16(20), score.U16(22), score.U32(24)));
        Assert.Equal([0.5f, -1.25f, 3], score.Floats(3));
        Assert.Equal([7, -8, long.MaxValue], score.Longs(3));
        Assert.Equal([4_000_000_000], score.UInts(1));

        var recommend = new PlainPayload(Read("recommend-request").Payload, 64);
        Assert.Equal((2, 0u, 0u, 12), (recommend.U16(2), recommend.U32(4), recommend.U32(8), recommend.U16(20)));
        Assert.Equal([1, 2], recommend.Floats(2));
    }

    [Fact]
    public void ScoresAreReadFromTheTable()
    {
        var score = new PlainPayload(Read("score-reply").Payload, 64);
        Assert.Equal((2, 3u), (score.U16(2), score.U32(4)));
        Assert.Equal((1_785_585_600_000_000, 3L, 42L), (score.I64(8), score.I64(16), score.I64(24)));
        Assert.Equal([0.5f, float.NegativeInfinity, 2.5f], score.Floats(3));
        Assert.Equal([30u, 31, 32], score.UInts(3));
        Assert.Equal([16, 17, 18], score.Bytes(3));
        Assert.Equal([0, 0.125, 0.25, 1, 1.125, 1.25, 2, 2.125, 2.25, 3, 3.125, 3.25, 4, 4.125, 4.25, 5, 5.125, 5.25], score.Doubles(18));

        var recommend = new PlainPayload(Read("recommend-reply").Payload, 64);
        Assert.Equal((1, 2u), (recommend.U16(2), recommend.U32(4)));
        Assert.Equal([1000, 999], recommend.Longs(2));
        Assert.Equal([0.5f, float.NegativeInfinity], recommend.Floats(2));
    }

    [Fact]
    public void AllocationIsReadFromTheTable()
    {
        var request = new PlainPayload(Read("allocate-request").Payload, 64);
        Assert.Equal((4, 3, 9, 0xFEDCBA9876543210, 0x3E800000u), (request.U8(18), request.U16(20), request.U16(28), request.U64(32), request.U32(40)));

        var reply = new PlainPayload(Read("allocate-reply").Payload, 64);
        Assert.Equal((7, 3u, 2u), (reply.U16(2), reply.U32(4), reply.U32(32)));
        Assert.Equal([1000, 999, 998], reply.Longs(3));
        Assert.Equal([0.5f, float.NegativeInfinity, 2.5f], reply.Floats(3));
        Assert.Equal([30u, 31, 32], reply.UInts(3));
        Assert.Equal([16, 17, 18], reply.Bytes(3));
        Assert.Equal(18, reply.Doubles(18).Length);
        Assert.Equal([40, -1, 41, -2, 0, 0], reply.Longs(6));
    }

    [Fact]
    public void ExposureIsReadFromTheTable()
    {
        var request = new PlainPayload(Read("expose-request").Payload, 64);
        Assert.Equal((2, 2u), (request.U8(2), request.U32(4)));
        byte[] events = request.Bytes(64);
        Assert.Equal((0x1122334455667788ul, 0x99AABBCCDDEEFF00ul, -5L), (BitConverter.ToUInt64(events, 0), BitConverter.ToUInt64(events, 8), BitConverter.ToInt64(events, 16)));
        Assert.Equal((30.5f, 0, 1L, 2L, 1000L, 0f), (BitConverter.ToSingle(events, 24), BitConverter.ToInt32(events, 28),
            BitConverter.ToInt64(events, 32), BitConverter.ToInt64(events, 40), BitConverter.ToInt64(events, 48), BitConverter.ToSingle(events, 56)));

        var reply = new PlainPayload(Read("expose-reply").Payload, 64);
        Assert.Equal(2u, reply.U32(4));
        Assert.Equal([1, 5], reply.Bytes(2));
    }

    [Fact]
    public void CampaignsAreReadFromTheTable()
    {
        var request = new PlainPayload(Read("campaigns-request").Payload, 64);
        Assert.Equal("{\"campaigns\":[]}", request.Text(request.U32(4)));
        var reply = new PlainPayload(Read("campaigns-reply").Payload, 64);
        Assert.Equal((200u, 3ul), (reply.U32(4), reply.U64(8)));
    }

    [Fact]
    public void ModelRequestsAreReadFromTheTable()
    {
        var embed = new PlainPayload(Read("embed-request").Payload, 64);
        Assert.Equal((5, 6, 0, 0u, 0u), (embed.U16(2), embed.U16(4), embed.U8(6), embed.U32(8), embed.U32(12)));
        Assert.Equal((0u, 2u, 3u, 0u, 99ul), (embed.U32(16), embed.U32(20), embed.U32(24), embed.U32(28), embed.U64(32)));
        Assert.Equal(("tower", "canary"), (embed.Text(5), embed.Text(6)));
        Assert.Equal([1, 2, 3, 4, 5, 6], embed.Floats(6));

        var rank = new PlainPayload(Read("rank-request").Payload, 64);
        Assert.Equal((6, 0, 1, 12u, 2u), (rank.U16(2), rank.U16(4), rank.U8(6), rank.U32(8), rank.U32(12)));
        Assert.Equal((3u, 3u, 1u, 0u, 0ul), (rank.U32(16), rank.U32(20), rank.U32(24), rank.U32(28), rank.U64(32)));
        Assert.Equal("ranker", rank.Text(6));
        Assert.Equal([0.5f, -1], rank.Floats(2));
        Assert.Equal([7L, 8, -9], rank.Longs(3));
        Assert.Equal([1, 2, 3], rank.Floats(3));

        var infer = new PlainPayload(Read("infer-request").Payload, 64);
        Assert.Equal((3, 0u, 0u, 3u), (infer.U16(2), infer.U32(20), infer.U32(24), infer.U32(28)));
        Assert.Equal("any", infer.Text(3));
        AssertTensors(ref infer);
    }

    [Fact]
    public void ModelRepliesAreReadFromTheTable()
    {
        var embed = new PlainPayload(Read("embed-reply").Payload, 64);
        Assert.Equal((0, 2u, 2u, 0u, 8u), (embed.U16(2), embed.U32(4), embed.U32(8), embed.U32(12), embed.U32(16)));
        Assert.Equal((40u, 10u, 20u, 30u), (embed.U32(20), embed.U32(24), embed.U32(28), embed.U32(32)));
        Assert.Equal([0.5f, 0.25f, -1, 2], embed.Floats(4));

        var rank = new PlainPayload(Read("rank-reply").Payload, 64);
        Assert.Equal((0, 3u, 1u, 3u, 12u), (rank.U16(2), rank.U32(4), rank.U32(8), rank.U32(12), rank.U32(16)));
        Assert.Equal([3, -2, 1], rank.Floats(3));
        Assert.Equal([0.9f, 0.1f, 0.7f], rank.Floats(3));

        var infer = new PlainPayload(Read("infer-reply").Payload, 64);
        Assert.Equal((3, 0u, 0u, 0u, 3u), (infer.U16(2), infer.U32(4), infer.U32(8), infer.U32(12), infer.U32(16)));
        AssertTensors(ref infer);
    }

    [Fact]
    public void ErrorAndGoAwayAreReadFromTheTable()
    {
        var error = new PlainPayload(Read("error").Payload, 64);
        Assert.Equal((2, 0, 0u, 17u), (error.U8(2), error.U8(3), error.U32(4), error.U32(8)));
        Assert.Equal("candidates: candidate 17 is not in the catalogue", error.Text(error.U32(12)));

        var goAway = new PlainPayload(Read("goaway").Payload, 64);
        Assert.Equal((0, 1, 1500u, uint.MaxValue), (goAway.U8(2), goAway.U8(3), goAway.U32(4), goAway.U32(8)));
        Assert.Equal("the server is going away", goAway.Text(goAway.U32(12)));
    }

    private static void AssertTensors(ref PlainPayload payload)
    {
        byte[] heads = payload.Bytes(3 * 64);
        var first = new PlainPayload([64, 0, .. heads.AsSpan(0, 64)], 64); // heads are no blocks: read them two bytes on
        Assert.Equal((1, 1, 2, 8u, 2L, 1L), (first.U16(2), first.U8(4), first.U8(5), first.U32(6), first.I64(10), first.I64(18)));
        var second = new PlainPayload([64, 0, .. heads.AsSpan(64, 64)], 64);
        Assert.Equal((7, 7, 0, 8u), (second.U16(2), second.U8(4), second.U8(5), second.U32(6)));
        var third = new PlainPayload([64, 0, .. heads.AsSpan(128, 64)], 64);
        Assert.Equal((4, 9, 2, 0u, 0L, 7L), (third.U16(2), third.U8(4), third.U8(5), third.U32(6), third.I64(10), third.I64(18)));
        Assert.Equal("x", payload.Text(1));
        Assert.Equal([1.5f, -2], payload.Floats(2));
        Assert.Equal("größe", payload.Text(7));
        Assert.Equal([-5L], payload.Longs(1));
        Assert.Equal("none", payload.Text(4));
    }

    private static byte[] Golden(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".bin"));

    private static PlainFrame Read(string name) => PlainFrame.Read(Golden(name));
}
