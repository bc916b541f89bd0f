namespace Rubato.Tests.Ptx;

/// <summary>Matrix fragments against the figures of the PTX ISA manual, copied by hand, and products against sums of products.</summary>
public sealed class PtxMatrixTests
{
    // "Matrix Fragments for mma.m16n8k32", figure "fragment layout for matrix A with .u8 / .s8 type": lane, element → row, column
    [Theory]
    [InlineData(0, 0, 0, 0), InlineData(0, 3, 0, 3), InlineData(0, 4, 8, 0), InlineData(0, 7, 8, 3), InlineData(0, 8, 0, 16), InlineData(0, 12, 8, 16)]
    [InlineData(1, 0, 0, 4), InlineData(3, 3, 0, 15), InlineData(3, 11, 0, 31), InlineData(4, 0, 1, 0), InlineData(31, 15, 15, 31), InlineData(28, 4, 15, 0)]
    public void TheLeftFragmentIsLaidOutAsInTheManual(int lane, int element, int row, int column) =>
        Assert.Equal((row, column), (PtxFragments.RowOfA(lane, element), PtxFragments.ColumnOfA(lane, element)));

    // The same section, figures for matrix B and for the accumulators
    [Theory]
    [InlineData(0, 0, 0, 0), InlineData(0, 3, 3, 0), InlineData(0, 4, 16, 0), InlineData(1, 0, 4, 0), InlineData(3, 7, 31, 0), InlineData(4, 0, 0, 1), InlineData(31, 7, 31, 7)]
    public void TheRightFragmentIsLaidOutAsInTheManual(int lane, int element, int row, int column) =>
        Assert.Equal((row, column), (PtxFragments.RowOfB(lane, element), PtxFragments.ColumnOfB(lane, element)));

    [Theory]
    [InlineData(0, 0, 0, 0), InlineData(0, 1, 0, 1), InlineData(0, 2, 8, 0), InlineData(0, 3, 8, 1), InlineData(1, 0, 0, 2), InlineData(4, 0, 1, 0), InlineData(31, 3, 15, 7)]
    public void TheSumsAreLaidOutAsInTheManual(int lane, int element, int row, int column) =>
        Assert.Equal((row, column), (PtxFragments.RowOfC(lane, element), PtxFragments.ColumnOfC(lane, element)));

    // "Warp-level matrix load instruction: ldmatrix": lane i holds elements 2·(i mod 4) and the next of row i / 4; addresses of matrix m
    // come from lanes 8·m to 8·m + 7
    [Fact]
    public void MatricesAreLoadedRowByRow()
    {
        const string Fill = """
            mov.u32 %r0, %tid.x; shl.b32 %r1, %r0, 4; mov.u32 %r2, tile; add.s32 %r1, %r1, %r2;
            st.shared.b32 [%r1], %r0; add.s32 %r3, %r0, 100; st.shared.b32 [%r1+4], %r3; add.s32 %r3, %r0, 200; st.shared.b32 [%r1+8], %r3;
            add.s32 %r3, %r0, 300; st.shared.b32 [%r1+12], %r3; bar.sync 0;
            xor.b32 %r4, %r1, 128;
            ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r5, %r6, %r7, %r8}, [%r4];
            """;
        for (int matrix = 0; matrix < 4; matrix++)
        {
            ulong[] lanes = PtxSnippet.Run(Fill + $"st.global.b32 [%own], %r{5 + matrix};", [], 512);
            // 16-byte row r of the tile holds r, r + 100, r + 200, r + 300; the addresses exchange matrices 0 and 1, 2 and 3.
            Assert.Equal(Enumerable.Range(0, 32).Select(lane => (ulong)(8 * (matrix ^ 1) + lane / 4 + lane % 4 * 100)), lanes);
        }
    }

    [Theory, InlineData("u8", "s8", 1), InlineData("s8", "s8", 2), InlineData("s8", "u8", 3), InlineData("u8", "u8", 4)]
    public void ProductsAreSumsOfProducts(string aType, string bType, int seed)
    {
        var random = new Random(seed);
        byte[,] a = new byte[16, 32], b = new byte[32, 8];
        for (int row = 0; row < 16; row++) for (int k = 0; k < 32; k++) a[row, k] = (byte)random.Next(256);
        for (int k = 0; k < 32; k++) for (int column = 0; column < 8; column++) b[k, column] = (byte)random.Next(256);
        // Input: for each lane four words of A, two of B, as the figures lay them out: words of four consecutive columns (A) or rows (B).
        ulong[] words = new ulong[32 * 6];
        for (int lane = 0; lane < 32; lane++)
            for (int i = 0; i < 4; i++)
            {
                int group = lane / 4, member = lane % 4;
                for (int word = 0; word < 4; word++) words[lane * 6 + word] |= (ulong)a[group + 8 * (word % 2), 16 * (word / 2) + 4 * member + i] << (8 * i);
                for (int word = 0; word < 2; word++) words[lane * 6 + 4 + word] |= (ulong)b[16 * word + 4 * member + i, group] << (8 * i);
            }
        for (int element = 0; element < 4; element++)
        {
            ulong[] found = PtxSnippet.Run($$"""
                mov.u32 %r0, %laneid; mul.wide.u32 %d0, %r0, 48; add.s64 %d0, %d0, %in;
                ld.global.b32 %r1, [%d0]; ld.global.b32 %r2, [%d0+8]; ld.global.b32 %r3, [%d0+16]; ld.global.b32 %r4, [%d0+24];
                ld.global.b32 %r5, [%d0+32]; ld.global.b32 %r6, [%d0+40]; mov.b32 %r7, 1000;
                mma.sync.aligned.m16n8k32.row.col.s32.{{aType}}.{{bType}}.s32 {%r10, %r11, %r12, %r13}, {%r1, %r2, %r3, %r4}, {%r5, %r6}, {%r7, %r7, %r7, %r7};
                st.global.b32 [%own], %r{{10 + element}};
                """, words);
            for (int lane = 0; lane < 32; lane++)
            {
                int row = lane / 4 + element / 2 * 8, column = lane % 4 * 2 + element % 2, sum = 1000;
                for (int k = 0; k < 32; k++) sum += (aType == "s8" ? (sbyte)a[row, k] : a[row, k]) * (bType == "s8" ? (sbyte)b[k, column] : b[k, column]);
                Assert.Equal(sum, (int)found[lane]);
            }
        }
    }
}
