using System.Runtime.CompilerServices;
using Rubato.Kernels.Cuda;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>Memory, streams, events, kernels and graphs: what goes to the device comes back, in order, and nothing stays behind.</summary>
public class CudaLifecycleTests
{
    [SkippableFact]
    public void DataTravelsToTheDeviceAndBack()
    {
        using var session = new FakeSession();
        using (CudaBuffer<int> device = CudaBuffer<int>.Allocate(session.Context, 100, "test data"), copy = CudaBuffer<int>.Allocate(session.Context, 100, "test data"))
        using (HostBuffer<int> source = HostBuffer<int>.Allocate(session.Context, 100), target = HostBuffer<int>.Allocate(session.Context, 100))
        {
            for (int i = 0; i < 100; i++) source.Span[i] = i * i;
            device.Fill(0xFF, session.Stream);
            device.CopyFrom(source, 60, session.Stream, offset: 40);
            copy.CopyFrom(device, session.Stream);
            copy.CopyTo(target, 100, session.Stream);
            session.Stream.Synchronize();
            Assert.Equal([.. Enumerable.Repeat(-1, 40), .. Enumerable.Range(0, 60).Select(i => i * i)], target.Span.ToArray());
            copy.CopyRowsTo(target, rows: 10, stride: 10, width: 3, session.Stream);
            session.Stream.Synchronize();
            Assert.Equal([-1, -1, -1, 0, 1, 4, 100, 121, 144], target.Span.Slice(3 * 3, 9).ToArray());
        }
    }

    [SkippableFact]
    public void WorkWaitsForItsStreamAndStreamsForEvents()
    {
        using var session = new FakeSession();
        using CudaStream second = CudaStream.Create(session.Context);
        using CudaBuffer<int> device = CudaBuffer<int>.Allocate(session.Context, 1, "test data");
        using HostBuffer<int> source = HostBuffer<int>.Allocate(session.Context, 1), target = HostBuffer<int>.Allocate(session.Context, 1);
        using CudaEvent copied = CudaEvent.Create(session.Context), read = CudaEvent.Create(session.Context);
        source.Span[0] = 7;
        target.Span[0] = 0;
        device.CopyFrom(source, 1, session.Stream);
        copied.Record(session.Stream);
        second.Wait(copied);
        device.CopyTo(target, 1, second);
        read.Record(second);
        Assert.Equal(0, target.Span[0]); // nothing has happened yet
        read.Synchronize();
        Assert.Equal(7, target.Span[0]);
        Assert.InRange(read.SecondsSince(copied), 0, 10);
    }

    [SkippableFact]
    public void KernelsTakeTheirParametersAtTheLaunch()
    {
        using var session = new FakeSession();
        session.Fake.Kernels = FakeSession.Add;
        using var kernel = CudaKernel<FakeSession.AddParameters>.Load(session.Context, FakeSession.AddLibrary(), "add", new CubinCache(null));
        using CudaBuffer<int> data = CudaBuffer<int>.Allocate(session.Context, 3, "test data");
        using HostBuffer<int> host = HostBuffer<int>.Allocate(session.Context, 3);
        host.Span.Fill(100);
        data.CopyFrom(host, 3, session.Stream);
        var parameters = new FakeSession.AddParameters { Target = data.Address, Source = data.Address, Count = 3, Value = 11 };
        kernel.Launch(session.Stream, blocks: 2, parameters);
        parameters.Value = 1000;
        data.CopyTo(host, 3, session.Stream);
        session.Stream.Synchronize();
        Assert.Equal([111, 111, 111], host.Span.ToArray());
        Assert.Contains("cuLaunchKernel add 2 1 1 / 64 1 1, 0", session.Fake.Calls);
    }

    [SkippableFact]
    public void AGraphRepeatsWhatWasRecorded()
    {
        using var session = new FakeSession();
        session.Fake.Kernels = FakeSession.Add;
        using var kernel = CudaKernel<FakeSession.AddParameters>.Load(session.Context, FakeSession.AddLibrary(), "add", new CubinCache(null));
        using CudaBuffer<int> data = CudaBuffer<int>.Allocate(session.Context, 2, "test data");
        using HostBuffer<int> host = HostBuffer<int>.Allocate(session.Context, 2);
        using CudaGraph graph = session.Stream.Capture(() =>
        {
            data.CopyFrom(host, 2, session.Stream);
            kernel.Launch(session.Stream, 1, new() { Target = data.Address, Source = data.Address, Count = 2, Value = 5 });
            data.CopyTo(host, 2, session.Stream);
        });
        host.Span.Fill(1);
        session.Stream.Synchronize();
        Assert.Equal(1, host.Span[0]); // recorded, not done
        session.Fake.ClearCalls();
        graph.Launch(session.Stream);
        graph.Launch(session.Stream);
        session.Stream.Synchronize();
        Assert.Equal([11, 11], host.Span.ToArray());
        Assert.Equal(["cuGraphLaunch", "cuGraphLaunch", "cuStreamSynchronize"], session.Fake.Calls.Select(call => call.Trim()));
    }

    [SkippableFact]
    public void AFailedRecordingLeavesTheStreamUsable()
    {
        using var session = new FakeSession();
        Assert.Throws<InvalidOperationException>(() => session.Stream.Capture(() => throw new InvalidOperationException()));
        session.Fake.Fail("cuGraphInstantiateWithFlags", CudaResult.OutOfMemory);
        Assert.Contains("cuGraphInstantiate", Assert.Throws<CudaException>(() => session.Stream.Capture(() => { })).Message);
        session.Stream.Synchronize();
        Assert.Equal(0, session.Fake.Live(FakeDriver.Kind.Graph));
    }

    [SkippableFact]
    public void TheContextIsReleasedLastWhateverTheOrder()
    {
        using FakeDriver fake = FakeDriver.Start();
        CudaDriver driver = CudaDriver.Open(fake.Library);
        CudaContext context = CudaContext.Open(driver, driver.Describe(0));
        CudaStream stream = CudaStream.Create(context);
        CudaBuffer<byte> buffer = CudaBuffer<byte>.Allocate(context, 10, "test data");
        HostBuffer<byte> pinned = HostBuffer<byte>.Allocate(context, 10);
        CudaEvent reached = CudaEvent.Create(context);
        var kernel = CudaKernel<FakeSession.AddParameters>.Load(context, FakeSession.AddLibrary(), "add", new CubinCache(null));
        context.Dispose();
        Assert.Equal(0, fake.Count("cuDevicePrimaryCtxRelease_v2"));
        foreach (IDisposable part in (IDisposable[])[buffer, reached, kernel, stream, pinned]) part.Dispose();
        Assert.StartsWith("cuDevicePrimaryCtxRelease_v2", fake.Calls[^1]);
        Assert.DoesNotContain(fake.Calls, call => call.StartsWith("LEAK", StringComparison.Ordinal) || call.StartsWith("  failed", StringComparison.Ordinal));
        Assert.Equal(0, fake.LiveObjects);
    }

    [SkippableFact]
    public void WhatIsForgottenIsFreedByTheCollector()
    {
        using FakeDriver fake = FakeDriver.Start();
        Forget(fake.Library);
        for (int round = 0; round < 20 && fake.LiveObjects > 0; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.Equal(0, fake.LiveObjects);
        Assert.DoesNotContain(fake.Calls, call => call.StartsWith("LEAK", StringComparison.Ordinal));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget(string library)
        {
            CudaDriver driver = CudaDriver.Open(library);
            CudaContext context = CudaContext.Open(driver, driver.Describe(0));
            _ = CudaBuffer<byte>.Allocate(context, 10, "test data");
            _ = CudaStream.Create(context);
        }
    }

    [SkippableFact]
    public void TheBudgetIsKeptAndGivenBack()
    {
        using var session = new FakeSession(memoryBytesMax: 1000);
        Assert.Equal(1000, session.Context.FreeBytes);
        using (CudaBuffer<int>.Allocate(session.Context, 200, "the rows"))
        {
            CudaException failure = Assert.Throws<CudaException>(() => CudaBuffer<int>.Allocate(session.Context, 51, "the queries"));
            Assert.Equal("not enough memory on Fake GPU: the queries needs 204 bytes, and 200 of 1,000 are free", failure.Message);
            Assert.Equal(CudaResult.OutOfMemory, failure.Result);
        }
        Assert.Equal(1000, session.Context.FreeBytes);
    }

    [SkippableFact]
    public void ADeviceThatIsFullerThanItSaidIsReported()
    {
        using var session = new FakeSession();
        session.Fake.Fail("cuMemAlloc_v2", CudaResult.OutOfMemory);
        long free = session.Context.FreeBytes;
        CudaException failure = Assert.Throws<CudaException>(() => CudaBuffer<int>.Allocate(session.Context, 1000, "the rows"));
        Assert.StartsWith("cuMemAlloc of 4,000 bytes on Fake GPU for the rows: CUDA_ERROR_OUT_OF_MEMORY", failure.Message);
        Assert.Equal(free, session.Context.FreeBytes);
    }

    [SkippableFact]
    public void CopiesStayWithinTheirBuffers()
    {
        using var session = new FakeSession();
        using CudaBuffer<int> device = CudaBuffer<int>.Allocate(session.Context, 10, "test data");
        using HostBuffer<int> host = HostBuffer<int>.Allocate(session.Context, 20);
        Assert.Throws<ArgumentOutOfRangeException>(() => device.CopyFrom(host, 11, session.Stream));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.CopyFrom(host, 5, session.Stream, offset: 6));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.CopyTo(host, -1, session.Stream));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.CopyRowsTo(host, 3, 4, 2, session.Stream));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.CopyRowsTo(host, 2, 5, 6, session.Stream));
    }

    [SkippableTheory]
    [InlineData("cuStreamCreate")]
    [InlineData("cuEventCreate")]
    [InlineData("cuMemHostAlloc")]
    [InlineData("cuMemcpyHtoDAsync_v2")]
    [InlineData("cuMemcpyDtoHAsync_v2")]
    [InlineData("cuMemcpyDtoDAsync_v2")]
    [InlineData("cuMemcpy2DAsync_v2")]
    [InlineData("cuMemsetD8Async")]
    [InlineData("cuEventRecord")]
    [InlineData("cuEventSynchronize")]
    [InlineData("cuEventElapsedTime")]
    [InlineData("cuStreamWaitEvent")]
    [InlineData("cuStreamSynchronize")]
    [InlineData("cuCtxSetCurrent")]
    [InlineData("cuModuleLoadDataEx")]
    [InlineData("cuModuleGetFunction")]
    [InlineData("cuFuncGetAttribute")]
    [InlineData("cuLaunchKernel")]
    [InlineData("cuLinkCreate_v2")]
    [InlineData("cuLinkAddData_v2")]
    [InlineData("cuLinkComplete")]
    [InlineData("cuStreamBeginCapture_v2")]
    [InlineData("cuStreamEndCapture")]
    [InlineData("cuGraphInstantiateWithFlags")]
    [InlineData("cuGraphLaunch")]
    public void EveryFailedCallIsNamedAndLeavesNothingBehind(string function)
    {
        using FakeDriver fake = FakeDriver.Start();
        using (var session = new FakeSession(fake))
        {
            fake.Fail(function, (CudaResult)700, times: 1);
            CudaException failure = Assert.Throws<CudaException>(() => Everything(session));
            Assert.Contains(function.Replace("_v2", "", StringComparison.Ordinal).Replace("WithFlags", "", StringComparison.Ordinal), failure.Message);
            Assert.Contains("CUDA_ERROR_ILLEGAL_ADDRESS (said by the fake driver)", failure.Message);
        }
        Assert.Equal(0, fake.LiveObjects);
        Assert.DoesNotContain(fake.Calls, call => call.StartsWith("LEAK", StringComparison.Ordinal));
    }

    private static void Everything(FakeSession session)
    {
        session.Context.MakeCurrent();
        using CudaStream second = CudaStream.Create(session.Context);
        using CudaEvent begin = CudaEvent.Create(session.Context), end = CudaEvent.Create(session.Context);
        using CudaBuffer<int> data = CudaBuffer<int>.Allocate(session.Context, 10, "test data"), copy = CudaBuffer<int>.Allocate(session.Context, 10, "test data");
        using HostBuffer<int> host = HostBuffer<int>.Allocate(session.Context, 10);
        using var kernel = CudaKernel<FakeSession.AddParameters>.Load(session.Context, FakeSession.AddLibrary(), "add", new CubinCache(null));
        using CudaModule module = CudaModule.Load(session.Context, FakeSession.AddLibrary(), "add", new CubinCache(null));
        Assert.Equal(new CudaKernelUse("add", Registers: 32, LocalBytes: 0, SharedBytes: 0), module.Use("add"));
        begin.Record(second);
        data.Fill(0, second);
        data.CopyFrom(host, 10, second);
        copy.CopyFrom(data, second);
        copy.CopyTo(host, 10, second);
        copy.CopyRowsTo(host, 2, 5, 1, second);
        end.Record(second);
        session.Stream.Wait(end);
        end.Synchronize();
        Assert.True(end.SecondsSince(begin) >= 0);
        using CudaGraph graph = session.Stream.Capture(() => kernel.Launch(session.Stream, 1, default));
        graph.Launch(session.Stream);
        session.Stream.Synchronize();
    }
}
