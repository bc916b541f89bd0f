using Rubato.Tests.Support;
using Rubato.Wire;

namespace Rubato.Tests;

/// <summary>What a request is answered with, good or bad; a bad one spoils nothing but itself.</summary>
public sealed class RequestTests : IAsyncLifetime
{
    private readonly TestServer _server = new(options => options.Limits.PayloadBytesMax = 16 * 1024);
    private RawConnection _connection = null!;
    private ulong _id = 10;

    public Task InitializeAsync()
    {
        _connection = _server.Connect();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _connection.Send(RawConnection.Ping(9999)); // the connection goes on, whatever the test did
        Assert.Equal(9999ul, _connection.Read().RequestId);
        _server.AssertHealthy();
        _connection.Dispose();
        await _server.DisposeAsync();
    }

    [Theory, InlineData(0), InlineData(1), InlineData(63), InlineData(64), InlineData(16 * 1024)]
    public void PingEchoesItsPayload(int bytes)
    {
        byte[] payload = new byte[bytes];
        new Random(bytes).NextBytes(payload);
        byte[] frame = Frames.Frame(Frames.Request(Opcode.Ping, 77) with { TraceIdHigh = 5, TraceIdLow = 6, DeadlineMicroseconds = 60_000_000, Flags = 3 }, payload);
        _connection.Send(frame);
        PlainFrame reply = _connection.Read();
        Assert.Equal(payload, reply.Payload);
        Assert.Equal((2, 2, 77ul, 5ul, 6ul), (reply.Kind, reply.Opcode, reply.RequestId, reply.TraceHigh, reply.TraceLow));
        Assert.Equal((0u, 0, 0), (reply.Deadline, reply.Flags, reply.Status)); // these belong to requests
    }

    [Fact]
    public void StatsCounts()
    {
        _connection.Send(RawConnection.Ping(1));
        _connection.Read();
        _connection.Send(RawConnection.Score(2, TestServer.Listener(), []));
        _connection.Read();
        _connection.Send(Frames.Frame(Frames.Request(Opcode.Stats, 3), default));
        var stats = new PlainPayload(_connection.Read().Payload, 128);
        Assert.Equal((1u, 2ul, 1ul, 0u), (stats.U32(4), stats.U64(16), stats.U64(24), stats.U32(64))); // HELLO and PING; SCORE without candidates
        Assert.Equal(192ul + 64 + 192 + 64, stats.U64(32)); // HELLO, PING, SCORE, STATS
        Assert.Equal(128ul + 64 + 320, stats.U64(40)); // their answers, but for the last
        Assert.True(stats.U64(8) > 0 && stats.U64(48) > 0 && stats.U64(56) > 0);
        Assert.Equal(_server.Server.Engine.Generations.Catalogue, stats.I64(72));
    }

    [Fact]
    public void ScoreAnswersWithOneScorePerCandidate()
    {
        _connection.Send(RawConnection.Score(1, TestServer.Listener(), [5, 3, 5]));
        var reply = new PlainPayload(_connection.Read().Payload, 64);
        Assert.Equal((0, 3u), (reply.U16(2), reply.U32(4)));
        float[] scores = reply.Floats(3);
        Assert.Equal(scores[0], scores[2]);
        Assert.All(scores, score => Assert.InRange(score, 0, 1)); // weighted relevance alone
    }

    [Theory, InlineData(15), InlineData(17), InlineData(0), InlineData(1000)]
    public void AWrongDimensionIsNamed(int dimension)
    {
        var error = Refused(ErrorCode.WrongDimension, RawConnection.Score(++_id, new float[dimension], [1]));
        Assert.Equal((Stage.Admission, (uint)dimension), (error.Stage, error.Offset));
        Assert.Equal($"listener: {dimension} values, the catalogue has 16", error.Message);
    }

    [Theory, InlineData(float.NaN, 0), InlineData(float.PositiveInfinity, 7), InlineData(float.NegativeInfinity, 15)]
    public void AValueThatIsNoNumberIsNamed(float value, int index)
    {
        float[] listener = TestServer.Listener();
        listener[index] = value;
        foreach (bool recommend in new[] { false, true })
        {
            var error = Refused(ErrorCode.NonFiniteVector, recommend ? RawConnection.Recommend(++_id, listener) : RawConnection.Score(++_id, listener, [1]));
            Assert.Equal((uint)index, error.Offset);
            Assert.Equal($"listener: value {index} is NaN or infinite", error.Message);
        }
    }

    [Fact]
    public void CandidatesMustBeGivenKnownAndNotTooMany()
    {
        Assert.Equal("candidates: none given, 1 to 1000 expected", Refused(ErrorCode.NoCandidates, RawConnection.Score(++_id, TestServer.Listener(), [])).Message);
        var unknown = Refused(ErrorCode.UnknownTrack, RawConnection.Score(++_id, TestServer.Listener(), [1, 2, 777, 888]));
        Assert.Equal((2u, "candidates: candidate 2 is not in the catalogue"), (unknown.Offset, unknown.Message));
        Refused(ErrorCode.UnknownTrack, RawConnection.Score(++_id, TestServer.Listener(), [-1]));
        var tooMany = Refused(ErrorCode.TooManyCandidates, RawConnection.Score(++_id, TestServer.Listener(), TestServer.Candidates(1001)));
        Assert.Equal((1001u, "candidates: 1001 given, 1 to 1000 expected"), (tooMany.Offset, tooMany.Message));
    }

    [Theory, InlineData(0), InlineData(65), InlineData(ushort.MaxValue)]
    public void SlotsMustBeWithinTheLimit(ushort slots)
    {
        var error = Refused(ErrorCode.BadSlots, RawConnection.Recommend(++_id, TestServer.Listener(), slots));
        Assert.Equal((slots, $"slots: {slots} given, 1 to 64 expected"), (error.Offset, error.Message));
    }

    [Fact]
    public void OptionsMustBeWithinTheirLimits()
    {
        Assert.StartsWith("retrieval depth: 101 ", Refused(ErrorCode.BadOption, RawConnection.Recommend(++_id, TestServer.Listener(), depth: 101)).Message);
        Assert.StartsWith("retrieval depth: ", Refused(ErrorCode.BadOption, RawConnection.Recommend(++_id, TestServer.Listener(), depth: uint.MaxValue)).Message);
        Assert.StartsWith("market: ", Bad(new ScoreRequest { Listener = TestServer.Listener(), Candidates = [1], Market = 'd' | 'e' << 8 }));
        Assert.StartsWith("market: ", Bad(new ScoreRequest { Listener = TestServer.Listener(), Candidates = [1], Market = 'D' }));
        Assert.StartsWith("cohort: 5 ", Bad(new ScoreRequest { Listener = TestServer.Listener(), Candidates = [1], Cohort = 5 }));
        Assert.StartsWith("denied licensors: 9 ", Bad(new ScoreRequest { Listener = TestServer.Listener(), Candidates = [1], DeniedLicensors = new uint[9] }));

        string Bad(in ScoreRequest request) => Refused(ErrorCode.BadOption, RawConnection.Request(Opcode.Score, ++_id, request)).Message;
    }

    [Fact]
    public void APayloadThatDoesNotAddUpIsRefusedAtItsByte()
    {
        byte[] payload = Frames.Score(TestServer.Listener(), [1, 2]);
        foreach (Opcode opcode in new[] { Opcode.Score, Opcode.Recommend })
        {
            Assert.Equal(0u, Refused(ErrorCode.MalformedPayload, Frames.Frame(Frames.Request(opcode, ++_id), default)).Offset);
            Assert.Equal(0u, Refused(ErrorCode.MalformedPayload, Frames.Frame(Frames.Request(opcode, ++_id), payload.AsSpan(0, 63))).Offset);
            Assert.Equal(64u, Refused(ErrorCode.MalformedPayload, Frames.Frame(Frames.Request(opcode, ++_id), payload.AsSpan(0, 100))).Offset);
            var error = Refused(ErrorCode.MalformedPayload, Frames.Frame(Frames.Request(opcode, ++_id), payload.AsSpan(0, 130)));
            Assert.Equal((128u, Stage.Frame), (error.Offset, error.Stage));
            Assert.StartsWith("payload byte 128: ", error.Message);
        }
    }

    [Fact]
    public void UnknownFlagsAndOpcodesAreRefusedAndIgnorableFlagsIgnored()
    {
        foreach (ushort flags in new ushort[] { 0x0100, 0x8000, 0xFF01 })
            Assert.Contains($"0x{flags:x4}", Refused(ErrorCode.UnknownFlag, Frames.Frame(Frames.Request(Opcode.Ping, ++_id) with { Flags = flags }, default)).Message);
        _connection.Send(Frames.Frame(Frames.Request(Opcode.Ping, ++_id) with { Flags = 0x00FF }, default));
        Assert.Equal(2, _connection.Read().Kind);
        foreach (ushort opcode in new ushort[] { 0, 6, 7, 128, ushort.MaxValue })
            Assert.Equal($"opcode {opcode} is not known here", Refused(ErrorCode.UnknownOpcode, Frames.Frame(Frames.Request((Opcode)opcode, ++_id), default)).Message);
    }

    [Fact]
    public void NoticesAreTakenInSilence()
    {
        _connection.Send(Frames.Frame(new FrameHeader { Kind = FrameKind.Notice, Opcode = (Opcode)99 }, "from the future"u8));
        _connection.Send(RawConnection.Ping(++_id));
        Assert.Equal(_id, _connection.Read().RequestId);
    }

    [Fact]
    public void ADamagedPayloadSpoilsOneRequest()
    {
        byte[] good = RawConnection.Score(++_id, TestServer.Listener(), [1]), damaged = RawConnection.Score(++_id, TestServer.Listener(), [1]);
        damaged[^1] ^= 1; // in the padding
        _connection.Send([.. good, .. damaged, .. RawConnection.Ping(++_id)]);
        var answers = new[] { _connection.Read(), _connection.Read(), _connection.Read() }.OrderBy(answer => answer.RequestId).ToArray();
        Assert.Equal([2, 3, 2], answers.Select(answer => (int)answer.Kind));
        Assert.Equal((ushort)ErrorCode.PayloadChecksum, answers[1].Status);
    }

    [Fact]
    public void AnAnswerThatTheCallerWillNotTakeIsNotSent()
    {
        using var connection = new RawConnection(_server.Address);
        connection.SayHello(answerBytesMax: 1000);
        connection.Send(RawConnection.Score(1, TestServer.Listener(), TestServer.Candidates(300)));
        (string message, _, Stage stage) = connection.ReadError(ErrorCode.AnswerTooLarge, 1);
        Assert.Equal(("the answer takes 1280 bytes, the caller takes 1000", Stage.Send), (message, stage));
        connection.Send(RawConnection.Score(2, TestServer.Listener(), TestServer.Candidates(200)));
        Assert.Equal(2, connection.Read().Kind);
    }

    [Fact]
    public void MoreThanABatchInOneReadIsAnsweredWhole()
    {
        var stream = new List<byte>();
        for (ulong id = 1; id <= 200; id++)
        {
            long[] candidates = TestServer.Candidates(id % 7 == 0 ? 900 : 3);
            stream.AddRange(id % 3 == 0 ? RawConnection.Recommend(id, TestServer.Listener()) : RawConnection.Score(id, TestServer.Listener(), candidates));
        }
        _connection.Send(stream.ToArray());
        Assert.Equal(Enumerable.Range(1, 200).Select(id => (ulong)id), _connection.ReadReplies(200));
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void NoiseBehindAHandshakeNeverHurtsTheServer(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 40; round++)
        {
            using RawConnection connection = _server.Connect();
            byte[] noise = Frames.All.Values.ElementAt(random.Next(Frames.All.Count)).ToArray();
            for (int flips = random.Next(4); flips > 0; flips--) noise[random.Next(noise.Length)] ^= (byte)(1 << random.Next(8));
            byte[] sealedAgain = random.Next(2) == 0 ? noise : Frames.Tampered(noise, header => header with { Magic = FrameHeader.MagicValue });
            connection.Send(sealedAgain);
            connection.Send(noise.AsSpan(0, random.Next(noise.Length)));
        }
    }

    private (string Message, uint Offset, Stage Stage) Refused(ErrorCode code, byte[] frame)
    {
        _connection.Send(frame);
        return _connection.ReadError(code, _id);
    }
}
