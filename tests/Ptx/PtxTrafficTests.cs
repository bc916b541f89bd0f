namespace Rubato.Tests.Ptx;

/// <summary>What counts as how many accesses.</summary>
public sealed class PtxTrafficTests
{
    // CUDA C++ Programming Guide, "Compute Capability 5.x: Shared Memory" (to which the later ones refer): 32 banks of successive 4-byte words; lanes that
    // want the same word are served together, other words of a bank one after the other.
    [Theory]
    [InlineData(4, 1, 1)]
    [InlineData(8, 2, 1)]
    [InlineData(12, 1, 1)] // an odd stride of words meets every bank
    [InlineData(128, 32, 1)]
    [InlineData(0, 1, 1)] // one word for all
    public void WordsOfOneBankWait(int stride, int turns, int needed) => Assert.Equal((turns, needed), Shared("b32 %r1", stride));

    // 16 bytes a lane: eight lanes at a time fill the banks.
    [Theory]
    [InlineData(16, 4, 4)]
    [InlineData(32, 8, 4)]
    [InlineData(64, 16, 4)]
    public void WideAccessesAreServedInQuarters(int stride, int turns, int needed) => Assert.Equal((turns, needed), Shared("v4.b32 {%r1, %r2, %r3, %r4}", stride));

    [Theory]
    [InlineData(8, 2, 2)]
    [InlineData(16, 4, 2)]
    public void DoublesAreServedInHalves(int stride, int turns, int needed) => Assert.Equal((turns, needed), Shared("b64 %d1", stride));

    // CUDA C++ Best Practices Guide, "Coalesced Access to Global Memory": a warp's access takes as many transactions of 32 bytes as it touches
    [Theory]
    [InlineData("b32 %r1", 4, 4, 4)]
    [InlineData("b32 %r1", 32, 32, 4)]
    [InlineData("b32 %r1", 0, 1, 1)]
    [InlineData("v4.b32 {%r1, %r2, %r3, %r4}", 16, 16, 16)]
    [InlineData("v4.b32 {%r1, %r2, %r3, %r4}", 64, 32, 16)]
    public void SectorsOfGlobalMemoryAreCounted(string load, int stride, int sectors, int needed)
    {
        var traffic = new PtxTraffic();
        PtxSnippet.Run($"mov.u32 %r0, %laneid; mul.wide.u32 %d0, %r0, {stride}; add.s64 %d0, %d0, %in; ld.global.{load}, [%d0];", new ulong[512], traffic: traffic);
        PtxTraffic.Site site = Assert.Single(traffic.Of("ld.global"));
        Assert.Equal((sectors, needed, false), ((int)site.Steps, (int)site.StepsMin, site.Shared));
    }

    private static (int, int) Shared(string load, int stride)
    {
        var traffic = new PtxTraffic();
        PtxSnippet.Run($$"""
            mov.u32 %r0, %laneid;
            mov.b32 %r9, 0;
            shl.b32 %r8, %r0, 2;
            FILL:
            st.shared.b32 [%r8], %r9;
            add.s32 %r8, %r8, 128;
            setp.lt.u32 %p0, %r8, 4096;
            @%p0 bra FILL;
            bar.sync 0;
            mul.lo.s32 %r0, %r0, {{stride}};
            ld.shared.{{load}}, [%r0];
            """, sharedBytes: 4096, traffic: traffic);
        PtxTraffic.Site site = Assert.Single(traffic.Of("ld.shared"));
        Assert.True(site.Shared);
        return ((int)site.Steps, (int)site.StepsMin);
    }
}
