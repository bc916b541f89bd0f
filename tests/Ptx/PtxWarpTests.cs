namespace Rubato.Tests.Ptx;

/// <summary>Lanes that part and meet, barriers, shuffles and votes.</summary>
public sealed class PtxWarpTests
{
    // "Data Movement and Conversion Instructions: shfl.sync": the source lane by mode, the lane itself outside the segment
    [Theory]
    [InlineData("bfly", 5, 31, new[] { 5, 4, 7, 6, 1, 0, 3, 2 })]
    [InlineData("up", 2, 0, new[] { 0, 1, 0, 1, 2, 3, 4, 5 })]
    [InlineData("down", 3, 31, new[] { 3, 4, 5, 6, 7, 8, 9, 10 })]
    [InlineData("idx", 6, 31, new[] { 6, 6, 6, 6, 6, 6, 6, 6 })]
    [InlineData("down", 3, 0x1C03, new[] { 3, 1, 2, 3, 7, 5, 6, 7 })] // segments of 4: mask 0x1C, clamp 3
    public void ShufflesReadTheRightLane(string mode, int b, int c, int[] first)
    {
        ulong[] lanes = PtxSnippet.Run($"mov.u32 %r0, %laneid; shfl.sync.{mode}.b32 %r1, %r0, {b}, {c}, 0xffffffff; st.global.b32 [%own], %r1;");
        Assert.Equal(first.Select(lane => (ulong)lane), lanes[..8]);
    }

    [Fact]
    public void AVoteCollectsTheLanes() => // "vote.sync.ballot"
        Assert.All(PtxSnippet.Run("mov.u32 %r0, %laneid; setp.lt.u32 %p0, %r0, 3; vote.sync.ballot.b32 %r1, %p0, 0xffffffff; st.global.b32 [%own], %r1;"),
            votes => Assert.Equal(7ul, votes));

    [Fact]
    public void AReductionAddsTheLanes() => // "redux.sync": the result is the same in every lane; sums wrap around
        Assert.All(PtxSnippet.Run("mov.u32 %r0, %laneid; sub.s32 %r0, %r0, 20; redux.sync.add.s32 %r1, %r0, 0xffffffff; st.global.b32 [%own], %r1;"),
            sum => Assert.Equal(unchecked((uint)(31 * 32 / 2 - 32 * 20)), (uint)sum));

    [Fact]
    public void LanesThatPartMeetAgain()
    {
        const string Body = """
            mov.u32 %r0, %laneid;
            mov.b32 %r1, 0;
            mov.b32 %r2, 0;
            LOOP:
            setp.ge.s32 %p0, %r1, %r0;
            @%p0 bra DONE;
            add.s32 %r1, %r1, 1;
            add.s32 %r2, %r2, %r1;
            bra.uni LOOP;
            DONE:
            shfl.sync.bfly.b32 %r3, %r2, 1, 31, 4294967295;
            st.global.b32 [%own], %r3;
            """;
        Assert.Equal(Enumerable.Range(0, 32).Select(lane => (ulong)((lane ^ 1) * ((lane ^ 1) + 1) / 2)), PtxSnippet.Run(Body));
    }

    // The way around ODD lies behind the loop in the text; lanes that went there must not let the others run ahead.
    [Fact]
    public void LanesMeetWhereTheirWaysJoin()
    {
        const string Body = """
            mov.u32 %r0, %laneid;
            and.b32 %r4, %r0, 1;
            mov.b32 %r1, 0;
            LOOP:
            setp.ge.s32 %p0, %r1, 8;
            @%p0 bra DONE;
            add.s32 %r1, %r1, 1;
            setp.ne.s32 %p1, %r4, 0;
            @%p1 bra ODD;
            JOIN:
            bra LOOP;
            DONE:
            st.global.b32 [%own], %r1;
            ret;
            ODD:
            bra JOIN;
            """;
        var traffic = new PtxTraffic();
        Assert.All(PtxSnippet.Run(Body, traffic: traffic), count => Assert.Equal(8ul, count));
        Assert.Equal(4 + 1 + 8 * 7 + 2 + 2, traffic.Instructions); // the snippet's own; the mask; 7 in each round; the last comparison; the end
    }

    [Fact]
    public void AShuffleThatNotAllLanesReachFails() => Fails("diverged",
        "mov.u32 %r0, %laneid; setp.lt.u32 %p0, %r0, 3; @%p0 bra END; shfl.sync.bfly.b32 %r1, %r0, 1, 31, 0xffffffff; END:");

    [Fact]
    public void ABarrierThatNotAllLanesReachFails() => Fails("diverged", "mov.u32 %r0, %laneid; setp.lt.u32 %p0, %r0, 3; @%p0 bra END; bar.sync 0; END:");

    [Fact]
    public void ABarrierThatNotAllWarpsReachFails() => Fails("have returned",
        "mov.u32 %r0, %tid.x; setp.lt.u32 %p0, %r0, 32; @%p0 bra END; bar.sync 0; END:", threads: 64);

    [Fact]
    public void WarpsAtDifferentBarriersFail() => Fails("different barriers",
        "mov.u32 %r0, %tid.x; setp.lt.u32 %p0, %r0, 32; @%p0 bra OTHER; bar.sync 0; bra END; OTHER: bar.sync 0; END:", threads: 64);

    [Fact]
    public void AUniformBranchThatPartsTheLanesFails() => Fails("uniform branch",
        "mov.u32 %r0, %laneid; setp.lt.u32 %p0, %r0, 3; @%p0 bra.uni END; END:");

    [Fact]
    public void ARegisterThatWasNeverWrittenFails() => Fails("%r5 of lane 0 is read before it is written", "st.global.b32 [%own], %r5;");

    [Fact]
    public void AnUnknownInstructionFailsByName()
    {
        Assert.Contains("bfind.u32: the interpreter does not know this instruction", Assert.Throws<PtxException>(() => PtxSnippet.Run("bfind.u32 %r0, %r1;")).Message);
        Assert.Contains("ld.b32: the interpreter does not know", Assert.Throws<PtxException>(() => PtxSnippet.Run("ld.b32 %r0, [%in];")).Message); // no state space
    }

    [Fact]
    public void OperandsOfAnotherTypeFail()
    {
        Assert.Contains("%f0 is f32, but s32 is wanted", Assert.Throws<PtxException>(() => PtxSnippet.Run("add.s32 %r0, %r1, %f0;")).Message);
        Assert.Contains("%d0 is b64, but s32 is written", Assert.Throws<PtxException>(() => PtxSnippet.Run("add.s32 %d0, %r1, %r2;")).Message);
        Assert.Contains("unknown name %nope", Assert.Throws<PtxException>(() => PtxSnippet.Run("mov.u32 %r0, %nope;")).Message);
    }

    private static void Fails(string because, string body, int threads = 32) =>
        Assert.Contains(because, Assert.Throws<PtxException>(() => PtxSnippet.Run(body, threads: threads)).Message);
}
