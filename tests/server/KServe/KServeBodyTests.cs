using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Rubato.Server;
using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>Bodies have one bound together: what does not fit is told to come back before it is read, and what was held comes back whatever happens.</summary>
public sealed class KServeBodyTests() : KServeTestBase(bytesMax: BytesMax, bytesTotalMax: TotalMax)
{
    private const int BytesMax = 20_000, TotalMax = 30_000;
    private const string Path = "/v2/models/any/infer", Chunked = "Transfer-Encoding: chunked";

    [SkippableFact]
    public void ABodyThatFindsNoRoomIsToldToComeBackBeforeItIsSent()
    {
        using RawHttp first = Caller(), second = Caller(), third = Caller();
        byte[] body = Body(BytesMax);
        first.Begin(Path, Length(BytesMax));
        first.Send(body[..5000]);
        second.Head(Path, Length(BytesMax)); // nothing of its body
        AssertNoRoom(second.Read(), BytesMax);
        third.Begin(Path, Length(TotalMax - BytesMax)); // what is left
        third.Send(Body(TotalMax - BytesMax));
        Assert.Equal(200, third.Read().Status);
        first.Send(body[5000..]);
        Assert.Equal(200, first.Read().Status);
        second.Send(body); // what was refused is thrown away, and the connection goes on
        InTheEnd(() =>
        {
            second.Head(Path, Length(BytesMax));
            second.Send(body);
            return second.Read().Status == 200;
        });
        AssertAllIsGivenBack();
    }

    [SkippableFact]
    public void ABodyInChunksIsRefusedWhereItOutgrowsWhatIsLeft()
    {
        using RawHttp first = Caller(), second = Caller();
        first.Begin(Path, Length(BytesMax));
        second.Begin(Path, Chunked);
        byte[] body = Body(TotalMax - BytesMax);
        second.SendChunk(body[..9999]);
        second.SendChunk(body[9999..]);
        second.SendChunk([]);
        Assert.Equal(200, second.Read().Status);
        second.Begin(Path, Chunked);
        second.SendChunk(body[..9999]);
        second.SendChunk(Encoding.ASCII.GetBytes(new string(' ', 2)));
        AssertNoRoom(second.Read(), TotalMax - BytesMax + 1); // although it goes on
        second.SendChunk([]);
        first.Send(Body(BytesMax));
        Assert.Equal(200, first.Read().Status);
        InTheEnd(() =>
        {
            second.Head(Path, Chunked);
            second.SendChunk(Body(BytesMax - 100)); // the server's limit counts the marks of chunks
            second.SendChunk([]);
            return second.Read().Status == 200;
        });
        AssertAllIsGivenBack();
    }

    [SkippableTheory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public void WhatACallerHeldWhoGoesAwayInTheMiddleIsGivenBack(bool inChunks, bool politely)
    {
        const int sent = 15_000;
        InTheEnd(() =>
        {
            RawHttp caller = Caller();
            using RawHttp other = Caller();
            if (!caller.TryBegin(Path, inChunks ? Chunked : Length(BytesMax))) return false;
            if (inChunks) caller.SendChunk(Body(BytesMax)[..sent]);
            else caller.Send(Body(BytesMax)[..sent]);
            Thread.Sleep(20); // is it read?
            bool isHeld = !other.TryBegin(Path, Length(TotalMax - sent + 1));
            caller.Leave(politely);
            return isHeld;
        });
        AssertAllIsGivenBack();
    }

    [SkippableTheory]
    [InlineData("any", "{", 400)]
    [InlineData("nothing", "{ \"inputs\": [] }", 404)]
    [InlineData("any", "{ \"inputs\": [] }", 400)]
    public void WhatARefusedRequestHeldIsGivenBack(string model, string json, int status)
    {
        using RawHttp caller = Caller();
        for (int round = 0; round < 3; round++)
        {
            caller.Begin($"/v2/models/{model}/infer", Length(BytesMax));
            caller.Send(json.PadRight(BytesMax));
            Assert.Equal(status, caller.Read().Status);
        }
        AssertAllIsGivenBack();
    }

    [SkippableFact]
    public void ABodyThatIsTooLargeByItselfIsNotToldToComeBack()
    {
        using RawHttp first = Caller(), second = Caller();
        first.Begin(Path, Length(BytesMax));
        second.Head(Path, Length(BytesMax + 1));
        Assert.Equal(413, second.Read().Status);
        first.Leave(politely: true);
        AssertAllIsGivenBack();
    }

    [SkippableFact]
    public async Task ABodyCountsUntilItsRequestIsAnswered()
    {
        using RawHttp first = Caller(), second = Caller();
        using var gate = new GateWork();
        Server!.Host.Submit("any", gate);
        gate.WaitUntilEntered();
        first.Begin(Path, Length(BytesMax));
        first.Send(Body(BytesMax));
        while (Server.Host.Version("any", 1).Generation!.QueueRows == 0) await Task.Delay(1); // it is read, and waits
        second.Head(Path, Length(BytesMax));
        AssertNoRoom(second.Read(), BytesMax);
        gate.Open();
        Assert.Equal(200, first.Read().Status);
        AssertAllIsGivenBack();
    }

    [SkippableTheory, InlineData(1), InlineData(7)]
    public async Task ManyCallersGetAnAnswerOrAreToldToComeBack(int seed)
    {
        Skip.If(Http is null, "no ONNX Runtime");
        int answered = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            var random = new Random(seed * 100 + caller);
            for (int i = 0; i < 40; i++)
            {
                using var content = new ByteArrayContent(Body(random.Next(100, BytesMax)));
                using HttpResponseMessage response = await Http.PostAsync(Path, content);
                Assert.True((int)response.StatusCode is 200 or 503, $"{response.StatusCode}");
                if (response.IsSuccessStatusCode) Interlocked.Increment(ref answered);
            }
        })));
        Assert.True(answered > 0);
        AssertAllIsGivenBack();
    }

    [SkippableTheory, InlineData(1), InlineData(7)]
    public void ABudgetIsNeverExceededAndComesBackWhole(int seed)
    {
        var budget = new ByteBudget(1000);
        long taken = 0, most = 0;
        Parallel.For(0, 4, thread =>
        {
            var random = new Random(seed + thread);
            for (int i = 0; i < 20_000; i++)
            {
                int bytes = random.Next(0, 700);
                if (!budget.TryTake(bytes)) continue;
                long now = Interlocked.Add(ref taken, bytes);
                if (now > Volatile.Read(ref most)) Volatile.Write(ref most, now);
                Interlocked.Add(ref taken, -bytes); // before it is given back: taken is never more than the budget says
                budget.Return(bytes);
            }
        });
        Assert.InRange(most, 1, 1000);
        Assert.False(budget.TryTake(1001));
        Assert.True(budget.TryTake(1000));
        Assert.False(budget.TryTake(1));
        Assert.True(budget.TryTake(0));
    }

    private RawHttp Caller()
    {
        Skip.If(Http is null, "no ONNX Runtime");
        return new RawHttp(Http.BaseAddress!);
    }

    // All of it, and not more.
    private void AssertAllIsGivenBack()
    {
        using RawHttp first = Holds(BytesMax), second = Holds(TotalMax - BytesMax), third = Caller();
        third.Head(Path, Length(1));
        AssertNoRoom(third.Read(), 1);

        RawHttp Holds(int bytes)
        {
            RawHttp? holds = null;
            InTheEnd(() =>
            {
                RawHttp caller = Caller();
                if (caller.TryBegin(Path, Length(bytes))) holds = caller;
                else caller.Dispose();
                return holds is not null;
            });
            return holds!;
        }
    }

    // What a request held comes back a moment after its answer has been read, or its caller has left.
    private static void InTheEnd(Func<bool> happens)
    {
        for (long begun = Stopwatch.GetTimestamp(); !happens(); Thread.Sleep(5))
            Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(30), "it has not happened");
    }

    private static void AssertNoRoom((int Status, Dictionary<string, string> Headers, string Body) answer, int bytes)
    {
        Assert.Equal((503, "1", "application/json"), (answer.Status, answer.Headers["Retry-After"], answer.Headers["Content-Type"]));
        Assert.Equal($"no room for a body of {bytes} bytes: those of all requests may take {TotalMax} bytes together", JsonDocument.Parse(answer.Body).RootElement.GetProperty("error").GetString());
    }

    private static string Length(int bytes) => $"Content-Length: {bytes}";

    private static byte[] Body(int bytes) =>
        Encoding.ASCII.GetBytes("""{ "inputs": [{ "name": "x", "shape": [1, 4], "datatype": "FP32", "data": [1, 2, 3, 4] }] }""".PadRight(bytes));
}
