namespace Rubato.Tests.Ptx;

/// <summary>Registers live at once in snippets where they can be counted by hand; addresses are parameters and take none.</summary>
public sealed class PtxLivenessTests
{
    /// <summary>Four values, the first in %r0; one register for each.</summary>
    private const string FourLoads = "ld.global.b32 %r0, [%in]; ld.global.b32 %r1, [%in+4]; ld.global.b32 %r2, [%in+8]; ld.global.b32 %r3, [%in+12];";

    /// <summary>Their sum in %r0.</summary>
    private const string ThreeSums = "add.s32 %r2, %r2, %r3; add.s32 %r1, %r1, %r2; add.s32 %r0, %r0, %r1;";

    [Fact]
    public void ValuesOfAStraightLineLiveUntilTheirLastUse()
    {
        Assert.Equal(4, Registers($"{FourLoads} {ThreeSums} st.global.b32 [%out], %r0;"));
        Assert.Equal(4, Registers($"{FourLoads} {ThreeSums} {FourLoads} {ThreeSums} st.global.b32 [%out], %r0;")); // the first sum is overwritten
        Assert.Equal(5, Registers($"{FourLoads} {ThreeSums} add.s32 %r4, %r0, 1; {FourLoads} {ThreeSums} add.s32 %r0, %r0, %r4; st.global.b32 [%out], %r0;"));
    }

    [Fact]
    public void ValuesThatALoopNeedsAgainLiveThroughItsEnd() => Assert.Equal(6, Registers($$"""
        ld.global.b32 %r8, [%in]; ld.global.b32 %r9, [%in];
        LOOP:
        add.s32 %r9, %r9, %r8;
        {{FourLoads}} // %r8 is read above only, but in the next round
        {{ThreeSums}}
        add.s32 %r9, %r9, %r0;
        setp.lt.s32 %p0, %r9, 100;
        @%p0 bra LOOP;
        st.global.b32 [%out], %r9;
        """));

    [Theory]
    [InlineData("", 4)]
    [InlineData("@%p0 bra LOOP;", 5)] // only the branch makes the loop
    public void WithoutTheBranchNothingIsCarried(string branch, int expected) => Assert.Equal(expected, Registers($$"""
        ld.global.b32 %r8, [%in];
        LOOP:
        st.global.b32 [%out], %r8;
        {{FourLoads}}
        {{ThreeSums}}
        setp.lt.s32 %p0, %r0, 100;
        {{branch}}
        """));

    [Theory]
    [InlineData("%r0", "%r0", 5)] // both sides write what is read behind the join: with the value that waits there, the greater side decides
    [InlineData("%r5", "%r0", 6)] // one side leaves the other's value alive from above
    public void PathsThatJoinDoNotAddUp(string left, string right, int expected) => Assert.Equal(expected, Registers($$"""
        ld.global.b32 %r0, [%in]; ld.global.b32 %r8, [%in];
        setp.lt.s32 %p0, %r0, 100;
        {{(left == right ? "" : $"ld.global.b32 {left}, [%in];")}}
        @%p0 bra RIGHT;
        {{FourLoads}}
        {{ThreeSums}}
        bra.uni JOIN;
        RIGHT:
        ld.global.b32 {{right}}, [%in];
        ld.global.b32 {{left}}, [%in];
        JOIN:
        add.s32 %r8, %r8, {{left}};
        st.global.b32 [%out], %r8;
        """));

    [Fact]
    public void AValueThatOnePathNeedsIsDeadOnTheOther() => Assert.Equal(4, Registers($$"""
        ld.global.b32 %r7, [%in]; ld.global.b32 %r8, [%in];
        setp.lt.s32 %p0, %r7, 100;
        @!%p0 bra WANTED;
        {{FourLoads}}
        {{ThreeSums}}
        st.global.b32 [%out], %r0;
        ret;
        WANTED:
        st.global.b32 [%out], %r8;
        """));

    [Theory]
    [InlineData("", 4)] // the old value is gone from its last use on
    [InlineData("@%p0", 5)] // the lanes that the guard leaves out still want it
    [InlineData("@!%p0", 5)]
    public void AGuardedWriteKeepsTheOldValue(string guard, int expected) => Assert.Equal(expected, Registers($$"""
        ld.global.b32 %r8, [%in];
        setp.lt.s32 %p0, %r8, 100;
        {{FourLoads}}
        {{ThreeSums}}
        {{guard}} ld.global.b32 %r8, [%in+4];
        st.global.b32 [%out], %r8;
        """));

    [Fact]
    public void FragmentsTakeARegisterForEachPart()
    {
        Assert.Equal(4, Registers("ld.global.v4.b32 {%r0, %r1, %r2, %r3}, [%in]; st.global.v4.b32 [%out], {%r0, %r1, %r2, %r3};"));
        Assert.Equal(10, Registers("""
            ld.global.v4.b32 {%r0, %r1, %r2, %r3}, [%in]; ld.global.v2.b32 {%r4, %r5}, [%in]; ld.global.v4.b32 {%r6, %r7, %r8, %r9}, [%in];
            mma.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32 {%r10, %r11, %r12, %r13}, {%r0, %r1, %r2, %r3}, {%r4, %r5}, {%r6, %r7, %r8, %r9};
            st.global.v4.b32 [%out], {%r10, %r11, %r12, %r13};
            """)); // the results may take the places of the operands
    }

    [Fact]
    public void WideValuesTakeTwoAndPredicatesNone()
    {
        Assert.Equal(6, Registers("ld.global.b64 %d0, [%in]; ld.global.f64 %fd0, [%in]; ld.global.b16 %h0, [%in]; ld.global.f32 %f0, [%in]; "
            + "st.global.b64 [%out], %d0; st.global.f64 [%out], %fd0; st.global.b16 [%out], %h0; st.global.f32 [%out], %f0;"));
        PtxLiveness live = Of($"{FourLoads} setp.lt.s32 %p0, %r0, %r1; setp.lt.s32 %p1, %r0, %r1; and.pred %p0, %p0, %p1; @%p0 st.global.v2.b32 [%out], {{%r2, %r3}};");
        Assert.Equal((4, 2), (live.Registers, live.Predicates));
    }

    [Fact]
    public void AddressesAreRead() => Assert.Equal(5, Registers(
        "ld.global.b64 %d0, [%in]; ld.global.b64 %d1, [%in+8]; ld.global.b32 %r0, [%in]; st.global.b32 [%d0], %r0; st.global.b32 [%d1+4], %r0;"));

    [Theory]
    [InlineData("mov.b32 %r8, %r3; mov.b32 %r9, %r8; st.global.b32 [%out], %r9;", 4)] // copies of a copy
    [InlineData("mov.b32 %r8, 5; mov.b32 %r9, %r8; st.global.b32 [%out], %r9;", 4)] // numbers
    [InlineData("mov.b32 %r9, 0; ld.global.b32 %r9, [%in]; st.global.b32 [%out], %r9;", 5)] // the copy that nobody reads is not the second writer
    [InlineData("mov.u32 %r9, %ctaid.x; st.global.b32 [%out], %r9;", 5)] // a special register is fetched
    [InlineData("mov.b32 %r9, %r3; add.s32 %r9, %r9, 1; st.global.b32 [%out], %r9;", 5)] // changed afterwards: a value of its own
    public void CopiesAndNumbersTakeNoRegister(string extra, int expected) => // before the sums, while all four values are wanted
        Assert.Equal(expected, Registers($"{FourLoads} {extra} {ThreeSums} st.global.b32 [%out], %r0;"));

    [Fact]
    public void ResultsThatNobodyWantsNeedAPlace() => Assert.Equal(5, Registers($"{FourLoads} atom.global.add.u32 %r9, [%out], 1; {ThreeSums} st.global.b32 [%out], %r0;"));

    [Fact]
    public void ThePlaceIsALineOfTheText()
    {
        string body = $"ld.global.b32 %r9, [%in];\n{FourLoads}\n{ThreeSums}\nadd.s32 %r0, %r0, %r9; st.global.b32 [%out], %r0;";
        int line = PtxSnippet.Module(body).Split('\n').ToList().IndexOf(FourLoads) + 1;
        Assert.Equal((5, line), (Of(body).Registers, Of(body).Line));
    }

    [Fact]
    public void RegistersReadBeforeTheyAreWrittenAreNamed()
    {
        Assert.Equal(["%r7"], Of("st.global.b32 [%out], %r7;").Unwritten);
        Assert.Equal(["%r7"], Of("mov.u32 %r0, %tid.x; setp.eq.s32 %p0, %r0, 0; @%p0 ld.global.b32 %r7, [%in]; st.global.b32 [%out], %r7;").Unwritten);
        Assert.Empty(Of("ld.global.b32 %r7, [%in]; st.global.b32 [%out], %r7;").Unwritten);
    }

    private static int Registers(string body) => Of(body).Registers;

    private static PtxLiveness Of(string body) => new(new PtxProgram(PtxSnippet.Module(body)).Kernel);
}
