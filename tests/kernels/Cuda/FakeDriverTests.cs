using Rubato.Kernels.Cuda;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>The fake driver refuses what a driver refuses, so that what passes on it has a chance on a GPU.</summary>
public class FakeDriverTests
{
    [SkippableFact]
    public async Task AThreadWithoutAContextSubmitsNothing()
    {
        using var session = new FakeSession();
        using CudaBuffer<int> data = CudaBuffer<int>.Allocate(session.Context, 10, "test data");
        CudaException failure = await Task.Factory.StartNew(() => Assert.Throws<CudaException>(() => data.Fill(0, session.Stream)), TaskCreationOptions.LongRunning);
        Assert.Contains("cuMemsetD8Async on Fake GPU: CUDA_ERROR_INVALID_CONTEXT", failure.Message);
    }

    [SkippableFact]
    public void TheContextOfAnotherDeviceWillNotDo()
    {
        using FakeDriver fake = FakeDriver.Start();
        fake.Configure(devices: 2);
        fake.Device(1, "Other GPU");
        using var session = new FakeSession(fake);
        using CudaContext other = CudaContext.Open(session.Driver, session.Driver.Describe(1)); // current from here on
        Assert.Contains("CUDA_ERROR_INVALID_CONTEXT", Assert.Throws<CudaException>(session.Stream.Synchronize).Message);
        session.Context.MakeCurrent();
        session.Stream.Synchronize();
    }

    [SkippableFact]
    public void NothingIsAllocatedOrWaitedForWhileAThreadRecords()
    {
        using var session = new FakeSession();
        using CudaEvent reached = CudaEvent.Create(session.Context);
        reached.Record(session.Stream);
        foreach (Action forbidden in (Action[])[() => CudaBuffer<int>.Allocate(session.Context, 1, "test data"), () => HostBuffer<int>.Allocate(session.Context, 1),
            reached.Synchronize, session.Stream.Synchronize, () => session.Stream.Wait(reached)])
        {
            Assert.Contains("CUDA_ERROR_STREAM_CAPTURE_", Assert.Throws<CudaException>(() => session.Stream.Capture(forbidden)).Message);
            Assert.Contains("cuStreamEndCapture on Fake GPU: CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", Assert.Throws<CudaException>(() => session.Stream.Capture(() =>
            {
                Assert.Throws<CudaException>(forbidden); // whoever ignores it has no graph
            })).Message);
        }
        session.Stream.Capture(() => { }).Dispose();
        session.Stream.Synchronize();
    }

    [SkippableFact]
    public void AnEventOfARecordingIsNeverReached()
    {
        using var session = new FakeSession();
        using CudaEvent reached = CudaEvent.Create(session.Context), end = CudaEvent.Create(session.Context);
        session.Stream.Capture(() => reached.Record(session.Stream)).Dispose();
        Assert.Contains("CUDA_ERROR_CAPTURED_EVENT", Assert.Throws<CudaException>(reached.Synchronize).Message);
        Assert.Contains("CUDA_ERROR_INVALID_HANDLE", Assert.Throws<CudaException>(() => end.SecondsSince(end)).Message); // never recorded
        end.Record(session.Stream);
        Assert.Contains("CUDA_ERROR_NOT_READY", Assert.Throws<CudaException>(() => end.SecondsSince(end)).Message);
    }

    [SkippableTheory]
    [InlineData(1, 65_536, 64, 0)]
    [InlineData(0, 1, 64, 0)]
    [InlineData(1, 1, 65, 0)]
    [InlineData(1, 1, 64, 48 << 10)]
    public void ALaunchStaysWithinTheLimitsOfItsKernel(int blocks, int blocksY, int threads, int sharedBytes)
    {
        using var session = new FakeSession();
        string text = FakeSession.AddPtx.Replace("\n{ ret;", $"\n.maxntid 64, 1, 1\n{{ .shared .align 8 .b8 kept[{sharedBytes}]; ret;");
        using var kernel = CudaKernel<FakeSession.AddParameters>.Load(session.Context, FakeSession.AddLibrary(text, blockThreads: threads), "add", new CubinCache(null));
        if (sharedBytes > 0) kernel.Launch(session.Stream, blocks, default, blocksY); // just fits
        else Assert.Contains("cuLaunchKernel of add on Fake GPU: CUDA_ERROR_INVALID_VALUE",
            Assert.Throws<CudaException>(() => kernel.Launch(session.Stream, blocks, default, blocksY)).Message);
    }

    [SkippableFact]
    public void ABlockWithMoreSharedMemoryThanThereIsDoesNotCompile()
    {
        using var session = new FakeSession();
        string text = FakeSession.AddPtx.Replace("{ ret;", $"{{ .shared .align 8 .b8 kept[{(48 << 10) + 8}]; ret;");
        Assert.Contains("uses too much shared data", Assert.Throws<CudaException>(() =>
            CudaKernel<FakeSession.AddParameters>.Load(session.Context, FakeSession.AddLibrary(text), "add", new CubinCache(null))).Message);
    }

    [SkippableFact]
    public void AGraphThatCopiesFreedMemoryLosesTheDevice()
    {
        using var session = new FakeSession();
        using CudaBuffer<int> data = CudaBuffer<int>.Allocate(session.Context, 10, "test data");
        HostBuffer<int> host = HostBuffer<int>.Allocate(session.Context, 10);
        using CudaGraph graph = session.Stream.Capture(() => data.CopyFrom(host, 10, session.Stream));
        host.Dispose();
        graph.Launch(session.Stream);
        Assert.Contains("CUDA_ERROR_ILLEGAL_ADDRESS", Assert.Throws<CudaException>(session.Stream.Synchronize).Message);
        Assert.Contains("CUDA_ERROR_ILLEGAL_ADDRESS", Assert.Throws<CudaException>(() => CudaBuffer<int>.Allocate(session.Context, 1, "test data")).Message); // for good
        CudaDriver again = CudaDriver.Open(session.Fake.Library); // a driver still describes its devices
        Assert.Equal("Fake GPU", again.Describe(0).Name);
        Assert.Contains("cuMemGetInfo: CUDA_ERROR_ILLEGAL_ADDRESS", Assert.Throws<CudaException>(() => CudaContext.Open(again, again.Describe(0))).Message);
    }
}
