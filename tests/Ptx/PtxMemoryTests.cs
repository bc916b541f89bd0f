namespace Rubato.Tests.Ptx;

/// <summary>Loads, stores, atomics and copies, and everything that is wrong with some of them.</summary>
public sealed class PtxMemoryTests
{
    private const string SharedPlace = "mov.u32 %r0, %tid.x; shl.b32 %r1, %r0, 2; mov.u32 %r2, tile; add.s32 %r1, %r1, %r2;";

    // "Data Movement and Conversion Instructions: ld, st": vectors of 2 and 4, little-endian
    [Fact]
    public void VectorsAreInOrder()
    {
        Assert.Equal(0x0000_0004_0000_0001ul, PtxSnippet.Run(
            "ld.global.nc.v4.u32 {%r0, %r1, %r2, %r3}, [%in]; st.global.v2.b32 [%own], {%r0, %r3};", [0x0000_0002_0000_0001, 0x0000_0004_0000_0003])[0]);
        Assert.Equal(0xFFFF_FFFFul, PtxSnippet.Run("ld.global.s8 %r0, [%in+1]; st.global.b32 [%own], %r0;", [0xFF00])[0]); // signs fill the register
        Assert.Equal(0xFFul, PtxSnippet.Run("ld.global.u8 %r0, [%in+1]; st.global.b32 [%own], %r0;", [0xFF00])[0]);
    }

    [Theory]
    [InlineData("lie in no allocation", "ld.global.b32 %r0, [%in+8];")]
    [InlineData("not a multiple of 8", "ld.global.b64 %d0, [%in+4];")]
    [InlineData("not a multiple of 16", "ld.global.v4.b32 {%r0, %r1, %r2, %r3}, [%in+8];")]
    [InlineData("lie in no allocation", "mov.b64 %d0, 4096; st.global.b64 [%d0], 0;")]
    public void WrongGlobalAccessesFail(string because, string body) => Fails(because, body, input: [1]);

    [Fact]
    public void GlobalMemoryIsReadAfterItIsWritten()
    {
        var memory = new PtxGlobalMemory();
        long address = memory.Allocate(8);
        memory.Store(address, 1, 4, 4, block: 0);
        Assert.Equal(1ul, memory.Load(address, 4, 4, block: 0));
        Assert.Contains("byte 4 of an allocation of 8", Assert.Throws<PtxException>(() => memory.Load(address, 8, 8, block: 0)).Message);
        memory.Free(address);
        Assert.Throws<PtxException>(() => memory.Load(address, 4, 4, block: 0));
    }

    [Theory]
    [InlineData("race: block 1 writes", "st.global.b32 [%in], 1;")]
    [InlineData("race: block 1 reads", "mov.u32 %r0, %ctaid.x; setp.eq.s32 %p0, %r0, 0; @%p0 st.global.b32 [%in], 1; ld.global.b32 %r1, [%in];")]
    [InlineData("race: block 1 writes", "mov.u32 %r0, %ctaid.x; setp.eq.s32 %p0, %r0, 1; ld.global.b32 %r1, [%in]; @%p0 st.global.b32 [%in], 1;")]
    [InlineData("race: block 1 reads", "ld.global.b32 %r1, [%in]; red.global.add.u32 [%in], 1;")]
    [InlineData("race: block 1 changes atomically", "mov.u32 %r0, %ctaid.x; setp.eq.s32 %p0, %r0, 0; @%p0 st.global.b32 [%in], 1; @!%p0 red.global.add.u32 [%in], 1;")]
    public void BlocksOfOneLaunchMustNotTouchWhatAnotherWrites(string because, string body) =>
        Assert.Contains(because, Assert.Throws<PtxException>(() => PtxSnippet.Run(body, [0], blocks: 2)).Message);

    [Fact]
    public void SharedMemoryIsExchangedAcrossABarrier() => Assert.Equal(Enumerable.Range(0, 64).Select(i => (ulong)(i ^ 33)), PtxSnippet.Run(
        SharedPlace + "st.shared.b32 [%r1], %r0; bar.sync 0; xor.b32 %r1, %r1, 132; ld.shared.b32 %r3, [%r1]; st.global.b32 [%own], %r3;", [], 256, 64));

    [Theory]
    [InlineData("race: thread 0 reads", "st.shared.b32 [%r1], %r0; xor.b32 %r1, %r1, 4; ld.shared.b32 %r3, [%r1];")]
    [InlineData("race: thread 1 writes", "st.shared.b32 [tile], %r0;")]
    [InlineData("race: thread 0 writes", "st.shared.b32 [%r1], %r0; bar.sync 0; ld.shared.b32 %r3, [%r1]; xor.b32 %r1, %r1, 4; st.shared.b32 [%r1], %r0;")]
    [InlineData("read before it is written", "ld.shared.b32 %r3, [%r1];")]
    [InlineData("outside the 256 bytes", "st.shared.b32 [%r1+252], %r0;")]
    [InlineData("not a multiple of 4", "st.shared.b32 [%r1+2], %r0;")]
    [InlineData("race: thread 1 changes", "st.shared.b32 [%r1], %r0; bar.sync 0; ld.shared.b32 %r3, [%r1]; red.shared.add.u32 [tile], 1;")]
    public void WrongSharedAccessesFail(string because, string body) => Fails(because, SharedPlace + body, sharedBytes: 256);

    // "Parallel Synchronization and Communication Instructions: atom, red"
    [Fact]
    public void AtomicsAddUp()
    {
        Assert.Equal(32ul, PtxSnippet.Run("red.global.add.u32 [%out+4], 1;")[0] >> 32);
        Assert.Equal(Enumerable.Range(0, 32).Select(i => (ulong)i), PtxSnippet.Run("atom.global.add.u64 %d0, [%in], 1; st.global.b64 [%own], %d0;", [0]));
        Assert.Equal(64ul, PtxSnippet.Run("mov.u32 %r0, %tid.x; setp.eq.s32 %p0, %r0, 0; @%p0 st.shared.b32 [tile], 0; bar.sync 0; red.shared.add.u32 [tile], 1; bar.sync 0; "
            + "ld.shared.b32 %r1, [tile]; st.global.b32 [%own], %r1;", [], 4, 64)[5]);
        Assert.Equal(31ul, PtxSnippet.Run("mov.u32 %r0, %tid.x; atom.global.max.s32 %r1, [%in], %r0; ld.global.b32 %r2, [%in]; st.global.b32 [%own], %r2;", [5])[31]);
        Assert.Equal(3ul, PtxSnippet.Run("red.global.or.b32 [%in], 2; ld.global.b32 %r2, [%in]; st.global.b32 [%own], %r2;", [1])[0]);
    }

    // "Data Movement and Conversion Instructions: Asynchronous copy": a copy is there after its group was waited for
    [Fact]
    public void CopiesArriveWhenTheyAreWaitedFor()
    {
        const string Copy = "mov.u32 %r0, %tid.x; shl.b32 %r1, %r0, 4; cvt.u64.u32 %d0, %r1; add.s64 %d0, %d0, %in; cp.async.cg.shared.global [%r1], [%d0], 16; cp.async.commit_group;";
        ulong[] input = [.. Enumerable.Range(0, 64).Select(i => (ulong)i)];
        ulong[] copied = PtxSnippet.Run(Copy + "cp.async.wait_group 0; bar.sync 0; xor.b32 %r1, %r1, 16; ld.shared.b64 %d1, [%r1]; st.global.b64 [%own], %d1;", input, 512);
        Assert.Equal(Enumerable.Range(0, 32).Select(i => (ulong)(2 * (i ^ 1))), copied);
        Fails("read while an asynchronous copy writes it", Copy + "bar.sync 0; ld.shared.b64 %d1, [%r1];", input, 512);
        Fails("read while an asynchronous copy writes it", Copy + "cp.async.wait_group 1; ld.shared.b64 %d1, [%r1]; cp.async.wait_group 0;", input, 512);
        Fails("before its asynchronous copies have been waited for", Copy, input, 512);
        Fails("race", Copy + "cp.async.wait_group 0; xor.b32 %r1, %r1, 16; ld.shared.b64 %d1, [%r1];", input, 512);
    }

    private static void Fails(string because, string body, ulong[]? input = null, int sharedBytes = 0) =>
        Assert.Contains(because, Assert.Throws<PtxException>(() => PtxSnippet.Run(body, input, sharedBytes)).Message);
}
