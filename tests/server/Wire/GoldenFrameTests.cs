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
    public void ErrorAndGoAwayAreReadFromTheTable()
    {
        var error = new PlainPayload(Read("error").Payload, 64);
        Assert.Equal((2, 0, 0u, 17u), (error.U8(2), error.U8(3), error.U32(4), error.U32(8)));
        Assert.Equal("candidates: candidate 17 is not in the catalogue", error.Text(error.U32(12)));

        var goAway = new PlainPayload(Read("goaway").Payload, 64);
        Assert.Equal((0, 1, 1500u, uint.MaxValue), (goAway.U8(2), goAway.U8(3), goAway.U32(4), goAway.U32(8)));
        Assert.Equal("the server is going away", goAway.Text(goAway.U32(12)));
    }

    private static byte[] Golden(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".bin"));

    private static PlainFrame Read(string name) => PlainFrame.Read(Golden(name));
}
