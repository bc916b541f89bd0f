namespace Rubato.Tests.Ptx;

/// <summary>Arithmetic against values worked out by hand from the PTX ISA manual; the section is named before each group.</summary>
public sealed class PtxArithmeticTests
{
    // "Integer Arithmetic Instructions": add, sub, mul, mad, div, rem, abs, neg, min, max, popc, clz
    [Theory]
    [InlineData("add.s32", 0x7FFF_FFFF, 1, 0x8000_0000)]
    [InlineData("sub.s32", 3, 5, 0xFFFF_FFFE)]
    [InlineData("mul.lo.s32", 0x0001_0001, 0x0001_0001, 0x0002_0001)]
    [InlineData("mul.hi.s32", 0xFFFF_FFFF, 0x0000_0002, 0xFFFF_FFFF)]
    [InlineData("mul.hi.u32", 0xFFFF_FFFF, 0x0000_0002, 0x0000_0001)]
    [InlineData("div.s32", 0xFFFF_FFF9, 2, 0xFFFF_FFFD)]
    [InlineData("rem.s32", 0xFFFF_FFF9, 2, 0xFFFF_FFFF)]
    [InlineData("div.u32", 0xFFFF_FFF9, 2, 0x7FFF_FFFC)]
    [InlineData("rem.u32", 7, 4, 3)]
    [InlineData("min.s32", 0xFFFF_FFFF, 1, 0xFFFF_FFFF)]
    [InlineData("min.u32", 0xFFFF_FFFF, 1, 1)]
    [InlineData("max.s32", 0xFFFF_FFFF, 1, 1)]
    // "Logic and Shift Instructions": shifts by the width or more give 0 or the sign
    [InlineData("and.b32", 0b1100, 0b1010, 0b1000)]
    [InlineData("or.b32", 0b1100, 0b1010, 0b1110)]
    [InlineData("xor.b32", 0b1100, 0b1010, 0b0110)]
    [InlineData("shl.b32", 0x8000_0001, 1, 2)]
    [InlineData("shl.b32", 1, 32, 0)]
    [InlineData("shr.u32", 0x8000_0000, 31, 1)]
    [InlineData("shr.u32", 0x8000_0000, 40, 0)]
    [InlineData("shr.s32", 0x8000_0000, 31, 0xFFFF_FFFF)]
    [InlineData("shr.s32", 0x8000_0000, 40, 0xFFFF_FFFF)]
    public void IntegersOf32Bits(string instruction, uint a, uint b, uint expected) =>
        Assert.Equal(expected, (uint)PtxSnippet.Of(instruction, "r", ("r", a), ("r", b)));

    [Theory]
    [InlineData("abs.s32", 0xFFFF_FFFB, 5)]
    [InlineData("neg.s32", 5, 0xFFFF_FFFB)]
    [InlineData("not.b32", 0x0F0F_0F0F, 0xF0F0_F0F0)]
    [InlineData("popc.b32", 0xF000_000F, 8)]
    [InlineData("clz.b32", 0x0000_0100, 23)]
    [InlineData("clz.b32", 0, 32)]
    public void IntegersOfOneOperand(string instruction, uint a, uint expected) => Assert.Equal(expected, (uint)PtxSnippet.Of(instruction, "r", ("r", a)));

    [Theory]
    [InlineData("add.s64", 0xFFFF_FFFF, 1, 0x1_0000_0000)]
    [InlineData("sub.s64", 0, 1, ulong.MaxValue)]
    [InlineData("mul.lo.s64", 0x1_0000_0000, 3, 0x3_0000_0000)]
    [InlineData("div.s64", unchecked((ulong)-9), 2, unchecked((ulong)-4))]
    [InlineData("rem.s64", unchecked((ulong)-9), 2, ulong.MaxValue)]
    [InlineData("max.s64", ulong.MaxValue, 0, 0)]
    public void IntegersOf64Bits(string instruction, ulong a, ulong b, ulong expected) =>
        Assert.Equal(expected, PtxSnippet.Of(instruction, "d", ("d", a), ("d", b)));

    [Fact]
    public void WideProductsAndSums()
    {
        Assert.Equal(unchecked((ulong)-6), PtxSnippet.Of("mul.wide.s32", "d", ("r", 0xFFFF_FFFE), ("r", 3)));
        Assert.Equal(0x2_FFFF_FFFAul, PtxSnippet.Of("mul.wide.u32", "d", ("r", 0xFFFF_FFFE), ("r", 3)));
        Assert.Equal(17u, (uint)PtxSnippet.Of("mad.lo.s32", "r", ("r", 3), ("r", 4), ("r", 5)));
        Assert.Equal(unchecked((ulong)-1), PtxSnippet.Of("mad.wide.s32", "d", ("r", 0xFFFF_FFFE), ("r", 3), ("d", 5)));
    }

    // "Integer Arithmetic Instructions: dp4a": four byte products into a 32-bit sum, each operand signed or unsigned
    [Theory]
    [InlineData("dp4a.u32.u32", 0xFF01_0203u, 0x0101_0101u, 10u, 255 + 1 + 2 + 3 + 10)]
    [InlineData("dp4a.u32.s32", 0xFF01_0203u, 0xFF01_0101u, 10u, -255 + 1 + 2 + 3 + 10)]
    [InlineData("dp4a.s32.s32", 0xFF01_0203u, 0xFF01_0101u, 10u, 1 + 1 + 2 + 3 + 10)]
    public void FourProductsOfBytes(string instruction, uint a, uint b, uint sum, int expected) =>
        Assert.Equal(expected, (int)PtxSnippet.Of(instruction, "r", ("r", a), ("r", b), ("r", sum)));

    // "Floating-Point Instructions": add, sub, mul, div, fma, sqrt, min, max, abs, neg, rounded to nearest even
    [Theory]
    [InlineData("add.f32", 1f, 5.9604645e-8f, 1f)]            // a tie goes to the even neighbour
    [InlineData("add.rn.f32", 1f, 5.960465e-8f, 1.0000001f)]  // just above the tie
    [InlineData("sub.f32", 1f, 1f, 0f)]
    [InlineData("mul.f32", 1e-23f, 1e-23f, 1e-46f)]           // denormals are kept: below the smallest, 0
    [InlineData("mul.rn.f32", 1e-20f, 1e-20f, 1e-40f)]
    [InlineData("div.rn.f32", 1f, 3f, 1f / 3f)]
    [InlineData("min.f32", float.NaN, 2f, 2f)]
    [InlineData("max.f32", -1f, float.NaN, -1f)]
    [InlineData("min.f32", 0f, -0f, -0f)]
    [InlineData("max.f32", -0f, 0f, 0f)]
    public void Fp32(string instruction, float a, float b, float expected) =>
        Assert.Equal(PtxFloats.F(expected), PtxSnippet.Of(instruction, "f", ("f", PtxFloats.F(a)), ("f", PtxFloats.F(b))));

    // "Floating Point Instructions: div": .approx is off by 2 units in the last place at most, and here it is
    [Theory, InlineData(1f, 3f, -2), InlineData(1.0000001f, 3f, 2), InlineData(-1f, 3f, -2), InlineData(1f, 0f, 0), InlineData(0f, 1f, 0)]
    public void ApproximateQuotientsAreAsFarOffAsTheyMayBe(float a, float b, int units)
    {
        float found = PtxFloats.F(PtxSnippet.Of("div.approx.f32", "f", ("f", PtxFloats.F(a)), ("f", PtxFloats.F(b)))), expected = a / b;
        for (int i = 0; i < Math.Abs(units); i++) expected = units > 0 ? MathF.BitIncrement(expected) : MathF.BitDecrement(expected);
        Assert.Equal(expected, found);
    }

    [Fact]
    public void FusedProductsAreRoundedOnce()
    {
        float x = 1 + MathF.ScaleB(1, -12); // x² = 1 + 2⁻¹¹ + 2⁻²⁴: its last term survives only without a rounding in between
        ulong bits = PtxFloats.F(x), minus = PtxFloats.F(-(1 + MathF.ScaleB(1, -11)));
        Assert.Equal(PtxFloats.F(MathF.ScaleB(1, -24)), PtxSnippet.Of("fma.rn.f32", "f", ("f", bits), ("f", bits), ("f", minus)));
        double y = 1 + Math.ScaleB(1, -27);
        ulong wide = PtxFloats.D(y);
        Assert.Equal(PtxFloats.D(Math.ScaleB(1, -54)), PtxSnippet.Of("fma.rn.f64", "fd", ("fd", wide), ("fd", wide), ("fd", PtxFloats.D(-(1 + Math.ScaleB(1, -26))))));
    }

    [Theory]
    [InlineData("add.f64", 1, 1e-16, 1)]
    [InlineData("sub.f64", 1, 0.25, 0.75)]
    [InlineData("mul.f64", 3, 0.5, 1.5)]
    [InlineData("div.rn.f64", 1, 3, 1.0 / 3)]
    [InlineData("min.f64", double.NaN, 1, 1)]
    [InlineData("max.f64", -2, 1, 1)]
    public void Fp64(string instruction, double a, double b, double expected) =>
        Assert.Equal(PtxFloats.D(expected), PtxSnippet.Of(instruction, "fd", ("fd", PtxFloats.D(a)), ("fd", PtxFloats.D(b))));

    [Theory, InlineData("rcp.rn.f64", 3, 1.0 / 3), InlineData("neg.f64", 3, -3.0), InlineData("abs.f64", -3, 3.0)]
    public void Fp64OfOneOperand(string instruction, double a, double expected) =>
        Assert.Equal(PtxFloats.D(expected), PtxSnippet.Of(instruction, "fd", ("fd", PtxFloats.D(a))));

    [Theory]
    [InlineData("abs.f32", -2f, 2f)]
    [InlineData("neg.f32", 0f, -0f)]
    [InlineData("sqrt.rn.f32", 2f, 1.4142135f)]
    public void Fp32OfOneOperand(string instruction, float a, float expected) =>
        Assert.Equal(PtxFloats.F(expected), PtxSnippet.Of(instruction, "f", ("f", PtxFloats.F(a))));
}
