using Rubato.Kernels.Cuda;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>A fake driver with an open context and a stream on its first device.</summary>
internal sealed class FakeSession : IDisposable
{
    /// <summary>A kernel whose parameters are two addresses, a number and room for it: what the tests below launch.</summary>
    public const string AddPtx = ".version 7.5\n.target sm_80\n.address_size 64\n.visible .entry add(\n\t.param .align 8 .b8 p0[24]\n)\n{ ret; }\n";

    private readonly bool _ownsDriver;

    public FakeSession(FakeDriver? driver = null, long memoryBytesMax = long.MaxValue)
    {
        _ownsDriver = driver is null;
        Fake = driver ?? FakeDriver.Start();
        Driver = CudaDriver.Open(Fake.Library);
        Context = CudaContext.Open(Driver, Driver.Describe(0), memoryBytesMax);
        Stream = CudaStream.Create(Context);
    }

    public FakeDriver Fake { get; }

    public CudaDriver Driver { get; }

    public CudaContext Context { get; }

    public CudaStream Stream { get; }

    /// <summary>The parameters of the kernel of <see cref="AddPtx"/>.</summary>
    public struct AddParameters
    {
        public long Target, Source;
        public int Count, Value;
    }

    /// <summary>A library of that kernel.</summary>
    public static EmbeddedKernels AddLibrary(string text = AddPtx, int parameterBytes = 24, int blockThreads = 64)
    {
        var entry = new KernelEntry { Entry = "add", ParameterBytes = parameterBytes, SharedBytes = 0, BlockThreads = blockThreads, PtxHash = KernelManifest.HashOf(text) };
        string manifest = new KernelManifest { SourceHash = "", PtxVersion = "7.5", Target = "sm_80", Kernels = [entry] }.ToJson();
        return new EmbeddedKernels(name => name == "manifest.json" ? manifest : text);
    }

    /// <summary>The same kernel in C#, on the fake driver's memory.</summary>
    public static unsafe void Add(FakeDriver.Launch launch)
    {
        fixed (byte* bytes = launch.Parameters)
        {
            var p = (AddParameters*)bytes;
            for (int i = 0; i < p->Count; i++) ((int*)p->Target)[i] = ((int*)p->Source)[i] + p->Value;
        }
    }

    public void Dispose()
    {
        Stream.Dispose();
        Context.Dispose();
        if (_ownsDriver) Fake.Dispose();
    }
}
