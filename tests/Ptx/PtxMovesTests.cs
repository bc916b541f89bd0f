namespace Rubato.Tests.Ptx;

/// <summary>Moves, conversions, comparisons and selections against the PTX ISA manual.</summary>
public sealed class PtxMovesTests
{
    // "Data Movement and Conversion Instructions: cvt": integers are extended by the sign of the source type and cut
    [Theory]
    [InlineData("cvt.s64.s32", "d", "r", 0xFFFF_FFFE, 0xFFFF_FFFF_FFFF_FFFE)]
    [InlineData("cvt.u64.u32", "d", "r", 0xFFFF_FFFE, 0xFFFF_FFFE)]
    [InlineData("cvt.u32.u64", "r", "d", 0x1_0000_0005, 5)]
    [InlineData("cvt.s32.s64", "r", "d", 0xFFFF_FFFF_0000_0005, 5)]
    [InlineData("cvt.u32.u16", "r", "h", 0xFFFE, 0xFFFE)]
    public void IntegerConversions(string instruction, string to, string from, ulong bits, ulong expected) =>
        Assert.Equal(expected, PtxSnippet.Of(instruction, to, (from, bits)));

    [Fact]
    public void FloatConversions()
    {
        Assert.Equal(PtxFloats.F(16777216f), PtxSnippet.Of("cvt.rn.f32.s32", "f", ("r", 16_777_217))); // a tie to even
        Assert.Equal(PtxFloats.F(-1f), PtxSnippet.Of("cvt.rn.f32.s32", "f", ("r", 0xFFFF_FFFF)));
        Assert.Equal(PtxFloats.F(4294967296f), PtxSnippet.Of("cvt.rn.f32.u32", "f", ("r", 0xFFFF_FFFF)));
        Assert.Equal(PtxFloats.F(0.1f), PtxSnippet.Of("cvt.rn.f32.f64", "f", ("fd", PtxFloats.D(0.1))));
        Assert.Equal(PtxFloats.D(0.1f), PtxSnippet.Of("cvt.f64.f32", "fd", ("f", PtxFloats.F(0.1f))));
        Assert.Equal(PtxFloats.D(-3), PtxSnippet.Of("cvt.rn.f64.s64", "fd", ("d", unchecked((ulong)-3))));
        Assert.Equal(PtxFloats.D(-3), PtxSnippet.Of("cvt.rn.f64.s32", "fd", ("r", unchecked((uint)-3))));
        Assert.Equal(PtxFloats.F(1f / 3 is var third ? (float)(Half)third : 0), PtxSnippet.Of("cvt.f32.f16", "f", ("h", BitConverter.HalfToUInt16Bits((Half)(1f / 3)))));
        Assert.Equal(BitConverter.HalfToUInt16Bits((Half)0.1f), PtxSnippet.Of("cvt.rn.f16.f32", "h", ("f", PtxFloats.F(0.1f))));
    }

    // "cvt": rounding to an integer, clamped to the range of the type; not-a-number gives 0
    [Theory]
    [InlineData("cvt.rni.s32.f32", 2.5f, 2)]
    [InlineData("cvt.rni.s32.f32", -3.5f, -4)]
    [InlineData("cvt.rzi.s32.f32", -2.9f, -2)]
    [InlineData("cvt.rmi.s32.f32", -2.1f, -3)]
    [InlineData("cvt.rpi.s32.f32", 2.1f, 3)]
    [InlineData("cvt.rzi.s32.f32", 1e20f, int.MaxValue)]
    [InlineData("cvt.rzi.s32.f32", -1e20f, int.MinValue)]
    [InlineData("cvt.rzi.s32.f32", float.NaN, 0)]
    public void ToIntegers(string instruction, float value, int expected) => Assert.Equal(expected, (int)PtxSnippet.Of(instruction, "r", ("f", PtxFloats.F(value))));

    [Theory, InlineData(2.5, 2), InlineData(-1e30, long.MinValue), InlineData(1e30, long.MaxValue)]
    public void ToLongIntegers(double value, long expected) => Assert.Equal(expected, (long)PtxSnippet.Of("cvt.rni.s64.f64", "d", ("fd", PtxFloats.D(value))));

    // "Comparison and Selection Instructions: setp": the plain comparisons are false with a NaN, the ...u ones true
    [Theory]
    [InlineData("eq", 1f, 1f, true), InlineData("ne", 1f, 2f, true), InlineData("lt", 1f, 2f, true), InlineData("le", 2f, 2f, true)]
    [InlineData("gt", 2f, 1f, true), InlineData("ge", 1f, 2f, false), InlineData("ne", float.NaN, 1f, false), InlineData("ge", float.NaN, 1f, false)]
    [InlineData("geu", float.NaN, 1f, true), InlineData("ltu", 1f, float.NaN, true), InlineData("equ", float.NaN, 1f, true), InlineData("neu", 1f, 1f, false)]
    [InlineData("leu", 2f, 1f, false), InlineData("gtu", 2f, 1f, true)]
    public void FloatComparisons(string comparison, float a, float b, bool expected) =>
        Assert.Equal(expected ? 1ul : 0, PtxSnippet.Of($"setp.{comparison}.f32", "p", ("f", PtxFloats.F(a)), ("f", PtxFloats.F(b))));

    [Theory]
    [InlineData("lt.s32", 0xFFFF_FFFF, 0, true), InlineData("lt.u32", 0xFFFF_FFFF, 0, false), InlineData("hi.u32", 0xFFFF_FFFF, 0, true)]
    [InlineData("hs.u32", 4, 4, true), InlineData("lo.u32", 3, 4, true), InlineData("ls.u32", 5, 4, false), InlineData("ge.s32", 4, 4, true)]
    [InlineData("gt.s32", 0x8000_0000, 4, false), InlineData("le.s32", 4, 4, true), InlineData("eq.b32", 4, 4, true), InlineData("ne.s32", 4, 4, false)]
    public void IntegerComparisons(string comparison, uint a, uint b, bool expected) =>
        Assert.Equal(expected ? 1ul : 0, PtxSnippet.Of($"setp.{comparison}", "p", ("r", a), ("r", b)));

    [Fact]
    public void SelectionsAndPredicates()
    {
        Assert.Equal(7u, (uint)PtxSnippet.Of("selp.b32", "r", ("r", 7), ("r", 9), ("p", 1)));
        Assert.Equal(9u, (uint)PtxSnippet.Of("selp.b32", "r", ("r", 7), ("r", 9), ("p", 0)));
        Assert.Equal(1ul, PtxSnippet.Of("and.pred", "p", ("p", 1), ("p", 1)));
        Assert.Equal(0ul, PtxSnippet.Of("not.pred", "p", ("p", 1)));
        Assert.Equal(1ul, PtxSnippet.Of("or.pred", "p", ("p", 0), ("p", 1)));
        Assert.Equal(PtxFloats.F(1.5f), PtxSnippet.Of("mov.b32", "r", ("f", PtxFloats.F(1.5f)))); // untyped moves keep the bits
    }

    // "Special Registers"
    [Fact]
    public void SpecialRegisters()
    {
        Assert.Equal(Enumerable.Range(0, 64).Select(i => (ulong)(i % 32)), PtxSnippet.Run("mov.u32 %r0, %laneid; st.global.b32 [%own], %r0;", threads: 64));
        Assert.All(PtxSnippet.Run("mov.u32 %r0, %ntid.x; st.global.b32 [%own], %r0;", threads: 96), value => Assert.Equal(96ul, value));
        Assert.All(PtxSnippet.Run("mov.u32 %r0, %ctaid.x; setp.eq.s32 %p0, %r0, 2; mov.u32 %r1, %nctaid.x; shl.b32 %r1, %r1, 8; or.b32 %r0, %r0, %r1; "
            + "@%p0 st.global.b32 [%own], %r0;", blocks: 3), value => Assert.Equal(0x302ul, value));
    }
}
