using Rubato.Kernels.Cuda;
using Rubato.Tests.Ptx;
using Xunit.Abstractions;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>
/// Registers that the committed kernels keep live at once (<see cref="PtxLiveness"/>, an estimate) against what a device has. Only
/// <c>ptxas</c> knows what is assigned, and whether anything is spilled.
/// </summary>
/// <remarks>
/// CUDA C++ Programming Guide, "Compute Capabilities", for 8.0 and 9.0: 65,536 registers of 32 bits and 2,048 threads to a multiprocessor, 255
/// registers to a thread. A warp's are allocated in units of 256, so a thread's in steps of 8, from one of four files.
/// </remarks>
public sealed class KernelRegisterTests(ITestOutputHelper output)
{
    private const int RegistersOfDevice = 65_536, ThreadsOfDevice = 2_048, RegistersMax = 255, Step = 8, Files = 4, WarpThreads = 32;

    /// <summary>Left to the compiler, for temporaries, pairs of registers and loads ahead of their use: one step of the allocation. An assumption.</summary>
    private const int Reserve = Step;

    public static TheoryData<string> Entries => [.. EmbeddedKernels.Own().Manifest.Kernels.Select(kernel => kernel.Entry)];

    [Theory, MemberData(nameof(Entries))]
    public void LiveRegistersFitABlock(string entry)
    {
        (PtxKernel kernel, PtxLiveness live) = Of(entry);
        int limit = Math.Min(RegistersMax, RegistersOfDevice / kernel.BlockThreads / Step * Step), blocks = Blocks(kernel, live);
        output.WriteLine($"FIGURE {entry}: {kernel.BlockThreads} threads, {live.Registers} registers live (line {live.Line}) of {limit}, predicates {live.Predicates}; "
            + $"a multiprocessor has room for blocks: {blocks}, threads: {blocks * kernel.BlockThreads}");
        Assert.InRange(live.Registers + Reserve, Reserve + 1, limit);
        Assert.InRange(live.Predicates, 1, 7); // P0 to P6 of the machine code
        Assert.Empty(live.Unwritten);
    }

    /// <summary>
    /// What <c>.minnctapersm</c> asks of the driver's compiler is what the documents count on, and can be had: without spills by the estimate, with
    /// the threads of a multiprocessor (beyond them it is ignored), and with its shared memory, of which each block takes 1 KB more.
    /// </summary>
    /// <remarks>PTX ISA, "Performance-Tuning Directives"; CUDA C++ Programming Guide, "Compute Capabilities": 164 KB of shared memory for 8.0, 228 KB for 9.0.</remarks>
    [Theory]
    [InlineData("scan_int8", 4)]
    [InlineData("scan_int8_matrix", 3)]
    [InlineData("scan_fp16", 3)]
    [InlineData("scan_fp32", 5)]
    [InlineData("raise_bar", 0)]
    [InlineData("rescore", 4)]
    [InlineData("take_best", 4)]
    [InlineData("oracle", 0)]
    [InlineData("oracle_totals", 0)]
    public void PromisedBlocksFitAMultiprocessor(string entry, int blocks)
    {
        const int SharedOfDevice = 164 * 1024, SharedOfSystem = 1024;
        (PtxKernel kernel, PtxLiveness live) = Of(entry);
        Assert.Equal(blocks, kernel.BlocksMin);
        Assert.InRange(blocks, 0, Blocks(kernel, live));
        Assert.InRange(blocks * kernel.BlockThreads, 0, ThreadsOfDevice);
        Assert.InRange(blocks * (kernel.SharedBytes + SharedOfSystem), 0, SharedOfDevice);
    }

    [Fact]
    public void TheMatrixScanIsLaunchedWithTheBlocksThatFit() => Assert.Equal(Of("scan_int8_matrix").Kernel.BlocksMin, ScanShape.Int8Matrix.BlocksPerMultiprocessor);

    /// <summary>The figures of the kernels' documents: <c>kernels/ilgpu/*/README.md</c>.</summary>
    [Theory]
    [InlineData("scan_int8", 49, 4)]
    [InlineData("scan_int8_matrix", 72, 3)]
    [InlineData("scan_fp16", 59, 3)]
    [InlineData("scan_fp32", 34, 5)]
    [InlineData("raise_bar", 31, 1)]
    [InlineData("rescore", 19, 8)]
    [InlineData("take_best", 16, 8)]
    [InlineData("oracle", 48, 9)]
    [InlineData("oracle_totals", 12, 2)]
    public void LiveRegistersAreThoseOfTheDocuments(string entry, int registers, int blocks)
    {
        (PtxKernel kernel, PtxLiveness live) = Of(entry);
        Assert.Equal((registers, blocks), (live.Registers, Blocks(kernel, live)));
    }

    /// <summary>As registers and threads permit; shared memory may permit fewer.</summary>
    private static int Blocks(PtxKernel kernel, PtxLiveness live)
    {
        int registers = (live.Registers + Reserve + Step - 1) / Step * Step, warps = Files * (RegistersOfDevice / Files / (registers * WarpThreads));
        return Math.Min(warps * WarpThreads, ThreadsOfDevice) / kernel.BlockThreads;
    }

    private static (PtxKernel Kernel, PtxLiveness Live) Of(string entry)
    {
        PtxKernel kernel = new PtxProgram(EmbeddedKernels.Own().Ptx(entry)).Kernel;
        return (kernel, new PtxLiveness(kernel));
    }
}
