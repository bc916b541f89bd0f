using System.Buffers;
using System.Runtime.InteropServices;
using Rubato.Wire;

namespace Rubato.Tests;

/// <summary>Frames as our writer makes them: one of each kind with fixed contents, and whatever a test needs.</summary>
internal static class Frames
{
    /// <summary>One frame of every kind, by the name of its golden file.</summary>
    public static readonly IReadOnlyDictionary<string, byte[]> All = new Dictionary<string, byte[]>
    {
        ["hello-request"] = Frame(Request(Opcode.Hello, 1), Payload(HelloRequest.PayloadBytes, new HelloRequest(1, 3, 0, 1 << 20, "grüße").Write)),
        ["hello-reply"] = Frame(Reply(Opcode.Hello, 1), Payload(64, new HelloReply
        {
            Version = 1, PayloadBytesMax = 65_536, CandidatesMax = 4096, Dimension = 64, SlotsMax = 256, Credit = 128, IdleSeconds = 300,
            Tracks = 35_648, Generations = Generations,
        }.Write)),
        ["ping-request"] = Frame(Request(Opcode.Ping, 2), "anything"u8),
        ["ping-reply"] = Frame(Reply(Opcode.Ping, 2), "anything"u8),
        ["stats-request"] = Frame(Request(Opcode.Stats, 3), default),
        ["stats-reply"] = Frame(Reply(Opcode.Stats, 3), Payload(128, new StatsReply
        {
            Connections = 5, UptimeMicroseconds = 6, RequestsOk = 7, RequestsFailed = 8, BytesIn = 9, BytesOut = 10, AllocatedBytes = 11,
            ResidentBytes = 12, QueueDepth = 13, Generations = Generations,
        }.Write)),
        ["score-request"] = Frame(Request(Opcode.Score, 4) with { DeadlineMicroseconds = 25_000, TraceIdHigh = 0x0102030405060708, TraceIdLow = 9 },
            Score([0.5f, -1.25f, 3], [7, -8, long.MaxValue], [4_000_000_000], slots: 0)),
        ["recommend-request"] = Frame(Request(Opcode.Recommend, 5), Score([1, 2], [], [], slots: 12)),
        ["allocate-request"] = Frame(Request(Opcode.Recommend, 7), Score(new ScoreRequest
        {
            Listener = new float[] { 1, 2 }, Slots = 3, LosersMax = 9, ListenerId = 0xFEDCBA9876543210, QualityLossMax = 0.25f,
            Options = RequestOptions.QualityLoss,
        })),
        ["allocate-reply"] = Frame(Reply(Opcode.Recommend, 7), Scores(3, withTracks: true, withBreakdown: true, withReservations: true, slots: 2)),
        ["expose-request"] = Frame(Request(Opcode.Expose, 8), Expose(ExposureDurability.Journalled,
            new Exposure(new Reservation(0x1122334455667788, 0x99AABBCCDDEEFF00), -5, 30.5f), new Exposure(new Reservation(1, 2), 1000, 0))),
        ["expose-reply"] = Frame(Reply(Opcode.Expose, 8), Payload(ExposeReply.PayloadBytes(2),
            payload => new[] { ExposureResult.Settled, ExposureResult.Late }.CopyTo(ExposeReply.Begin(payload, 2)))),
        ["campaigns-request"] = Frame(Request(Opcode.Campaigns, 9), Campaigns("{\"campaigns\":[]}"u8.ToArray())),
        ["campaigns-reply"] = Frame(Reply(Opcode.Campaigns, 9), Payload(64, new CampaignsReply { Campaigns = 200, Generation = 3 }.Write)),
        ["score-reply"] = Frame(Reply(Opcode.Score, 4), Scores(3, withTracks: false, withBreakdown: true)),
        ["recommend-reply"] = Frame(Reply(Opcode.Recommend, 5), Scores(2, withTracks: true, withBreakdown: false)),
        ["embed-request"] = Frame(Request(Opcode.Embed, 7), Model(new ModelRequest { Model = "tower"u8, Label = "canary"u8, ListenerId = 99, Rows = 2, Features = [1, 2, 3, 4, 5, 6] })),
        ["embed-reply"] = Frame(Reply(Opcode.Embed, 7), Model(new ModelReply
        {
            Version = 8, BatchRows = 40, QueueMicroseconds = 10, BatchMicroseconds = 20, ComputeMicroseconds = 30, Rows = 2, Values = [0.5f, 0.25f, -1, 2],
        })),
        ["rank-request"] = Frame(Request(Opcode.Rank, 8), Model(new ModelRequest
        {
            Model = "ranker"u8, Version = 12, Priority = 1, Listener = [0.5f, -1], Tracks = [7, 8, -9], Rows = 3, Features = [1, 2, 3],
        })),
        ["rank-reply"] = Frame(Reply(Opcode.Rank, 8), Model(new ModelReply { Version = 12, BatchRows = 3, Rows = 3, Values = [3, -2, 1], Relevance = [0.9f, 0.1f, 0.7f] })),
        ["infer-request"] = Frame(Request(Opcode.Infer, 9), Model(new ModelRequest { Model = "any"u8, Tensors = Tensors })),
        ["infer-reply"] = Frame(Reply(Opcode.Infer, 9), Model(new ModelReply { Version = 3, BatchRows = 1, Tensors = Tensors })),
        ["error"] = Frame(new FrameHeader { Kind = FrameKind.Error, Opcode = Opcode.Score, RequestId = 6, Status = ErrorCode.UnknownTrack, Credit = 128 },
            Error(ErrorCode.UnknownTrack, new ErrorPayload(Stage.Admission, 0, 17, "candidates: candidate 17 is not in the catalogue"))),
        ["goaway"] = Frame(new FrameHeader { Kind = FrameKind.Notice, Opcode = Opcode.GoAway, Status = ErrorCode.Draining, Credit = 128 },
            Error(ErrorCode.Draining, new ErrorPayload(Stage.None, 1500, ErrorPayload.NoOffset, "the server is going away"))),
    };

    public static TheoryData<string> Names => [.. All.Keys];

    public static Generations Generations => new(1_785_585_600_000_000, 3, 42);

    public static FrameHeader Request(Opcode opcode, ulong id) => new() { Kind = FrameKind.Request, Opcode = opcode, RequestId = id };

    public static byte[] Frame(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        var output = new ArrayBufferWriter<byte>();
        FrameWriter.Write(output, header, payload);
        return output.WrittenSpan.ToArray();
    }

    public delegate void PayloadWriter(Span<byte> payload);

    public static byte[] Payload(int bytes, PayloadWriter write)
    {
        byte[] payload = new byte[bytes];
        write(payload);
        return payload;
    }

    public static byte[] Error(ErrorCode code, ErrorPayload error) => Payload(ErrorPayload.PayloadBytes, payload => error.Write(payload, code));

    /// <summary>The payload of SCORE, or of RECOMMEND where there are slots.</summary>
    public static byte[] Score(float[] listener, long[] candidates, uint[]? denied = null, ushort slots = 0) => Score(new ScoreRequest
    {
        Listener = listener, Candidates = candidates, DeniedLicensors = denied, Cohort = 9, Market = 'D' | 'E' << 8,
        Options = RequestOptions.Breakdown | RequestOptions.ExcludeExplicit, Slots = slots, LicensorSlotsMax = 2, Depth = 500,
    });

    public static byte[] Score(in ScoreRequest request)
    {
        byte[] payload = new byte[request.PayloadBytes];
        request.Write(payload);
        return payload;
    }

    public static WireTensor[] Tensors =>
    [
        new() { Name = "x", Element = 1, Shape = [2, 1], Data = MemoryMarshal.AsBytes<float>([1.5f, -2]).ToArray() },
        new() { Name = "größe", Element = 7, Shape = [], Data = BitConverter.GetBytes(-5L) },
        new() { Name = "none", Element = 9, Shape = [0, 7], Data = Array.Empty<byte>() },
    ];

    public static byte[] Model<TPayload>(TPayload content) where TPayload : IPayload, allows ref struct
    {
        byte[] payload = new byte[content.PayloadBytes];
        payload.AsSpan().Fill(0xEE); // the writer must clear what it does not use
        content.Write(payload);
        return payload;
    }

    public static byte[] Expose(ExposureDurability durability, params Exposure[] events)
    {
        var request = new ExposeRequest { Events = events, Durability = durability };
        byte[] payload = new byte[request.PayloadBytes];
        payload.AsSpan().Fill(0xEE);
        request.Write(payload);
        return payload;
    }

    public static byte[] Campaigns(byte[] json)
    {
        var request = new CampaignsRequest { Json = json };
        byte[] payload = new byte[request.PayloadBytes];
        request.Write(payload);
        return payload;
    }

    public static byte[] Scores(int count, bool withTracks, bool withBreakdown, bool withReservations = false, int slots = 0)
    {
        byte[] payload = new byte[ScoresReply.PayloadBytes(count, withTracks, withBreakdown, withReservations)];
        payload.AsSpan().Fill(0xEE); // the writer must clear what it does not use
        ScoresReplyParts parts = ScoresReply.Begin(payload, count, withTracks, withBreakdown, Generations, withReservations, slots);
        for (int i = 0; i < count; i++)
        {
            if (withReservations) parts.Reservations[i] = i < slots ? new Reservation((ulong)(40 + i), ulong.MaxValue - (ulong)i) : default;
            parts.Scores[i] = i == 1 ? float.NegativeInfinity : 0.5f + i;
            if (withTracks) parts.Tracks[i] = 1000 - i;
            if (!withBreakdown) continue;
            parts.Campaigns[i] = (uint)(30 + i);
            parts.Blocks[i] = (byte)(16 + i);
            for (int term = 0; term < ScoresReply.TermCount; term++) parts.Terms[term * count + i] = term + i / 8.0;
        }
        return payload;
    }

    /// <summary>Changes a header in place and makes its checksum right again.</summary>
    public static byte[] Tampered(byte[] frame, Func<FrameHeader, FrameHeader> change)
    {
        byte[] copy = [.. frame];
        MemoryMarshal.Write(copy, change(MemoryMarshal.Read<FrameHeader>(copy)));
        BitConverter.TryWriteBytes(copy.AsSpan(60), PlainFrame.Crc32C(copy.AsSpan(0, 60)));
        return copy;
    }

    private static FrameHeader Reply(Opcode opcode, ulong id) => new() { Kind = FrameKind.Reply, Opcode = opcode, RequestId = id, Credit = 128 };
}
