using Rubato.Kernels.Cuda;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>Loading a kernel: compiled once, kept on disk, and refused with the compiler's own words.</summary>
public class CudaKernelTests
{
    [SkippableFact]
    public void MachineCodeIsKeptForTheNextRun()
    {
        using var session = new FakeSession();
        string folder = Path.Combine(session.Fake.Folder, "cache", "cubin");
        Load(session, folder);
        Assert.Equal(1, session.Fake.Count("cuLinkComplete"));
        string file = Assert.Single(Directory.GetFiles(folder));
        Assert.Equal($"add-sm90-cuda12040-{KernelManifest.HashOf(FakeSession.AddPtx)[..16]}.cubin", Path.GetFileName(file));
        Load(session, folder);
        Assert.Equal(1, session.Fake.Count("cuLinkComplete")); // found
        Load(session, folder, FakeSession.AddPtx + "\n");
        Assert.Equal(2, session.Fake.Count("cuLinkComplete")); // another PTX
        Assert.Equal(2, Directory.GetFiles(folder).Length); // and no temporary file
    }

    [SkippableFact]
    public void AnotherDriverCompilesItsOwn()
    {
        using FakeDriver first = FakeDriver.Start(), second = FakeDriver.Start();
        second.Configure(version: 12080);
        using (var session = new FakeSession(first)) Load(session, first.Folder + "/cache");
        using (var session = new FakeSession(second)) Load(session, first.Folder + "/cache");
        Assert.Equal(1, second.Count("cuLinkComplete"));
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(60)]
    public void ADamagedEntryIsCompiledAgain(int length)
    {
        using var session = new FakeSession();
        string folder = session.Fake.Folder + "/cache";
        Load(session, folder);
        string file = Directory.GetFiles(folder).Single();
        byte[] whole = File.ReadAllBytes(file);
        File.WriteAllBytes(file, length < whole.Length ? whole[..length] : whole);
        Load(session, folder);
        Assert.Equal(2, session.Fake.Count("cuLinkComplete"));
        Assert.Equal(whole, File.ReadAllBytes(file));
        whole[^1] ^= 1;
        File.WriteAllBytes(file, whole);
        Load(session, folder);
        Assert.Equal(3, session.Fake.Count("cuLinkComplete"));
    }

    [SkippableFact]
    public void AnEntryThatTheDriverRefusesIsCompiledAgain()
    {
        using var session = new FakeSession();
        string folder = session.Fake.Folder + "/cache";
        new CubinCache(folder).Keep($"add-sm90-cuda12040-{KernelManifest.HashOf(FakeSession.AddPtx)[..16]}.cubin", "machine code of nobody"u8);
        Load(session, folder);
        Assert.Equal(1, session.Fake.Count("cuLinkComplete"));
        Load(session, folder);
        Assert.Equal(1, session.Fake.Count("cuLinkComplete"));
    }

    [SkippableFact]
    public void AFolderThatCannotBeWrittenOnlyCostsTime()
    {
        using var session = new FakeSession();
        string file = Path.Combine(session.Fake.Folder, "a-file");
        File.WriteAllText(file, "");
        Load(session, file + "/cache");
        Load(session, file + "/cache");
        Assert.Equal(2, session.Fake.Count("cuLinkComplete"));
    }

    [SkippableFact]
    public void ADriverTooOldForThePtxSaysSo()
    {
        using FakeDriver fake = FakeDriver.Start();
        fake.Configure(version: 11040);
        fake.Device(ptxVersion: 74);
        using var session = new FakeSession(fake);
        CudaException failure = Assert.Throws<CudaException>(() => Load(session, null));
        Assert.Equal("cuLinkAddData of add.ptx on Fake GPU: CUDA_ERROR_UNSUPPORTED_PTX_VERSION (said by the fake driver); "
            + "ptxas fatal   : Unsupported .version 7.5; current version is '7.4'; the driver (CUDA 11.4) is too old for it", failure.Message);
    }

    [SkippableFact]
    public void PtxThatDoesNotCompileShowsTheCompilersLog()
    {
        using var session = new FakeSession();
        CudaException failure = Assert.Throws<CudaException>(() => Load(session, null, "no PTX at all"));
        Assert.Equal(CudaResult.InvalidPtx, failure.Result);
        Assert.Contains("ptxas fatal", failure.Message);
    }

    [SkippableFact]
    public void ParametersOfAnotherBuildAreRefused()
    {
        using var session = new FakeSession();
        CudaException failure = Assert.Throws<CudaException>(() => Load(session, null, parameterBytes: 32));
        Assert.Equal("the kernel manifest says that add takes 32 bytes of parameters, and this build passes 24: it is of another build", failure.Message);
    }

    [Fact]
    public void AKernelListedTwiceIsRefused()
    {
        var entry = new KernelEntry { Entry = "add", ParameterBytes = 24, SharedBytes = 0, BlockThreads = 64, PtxHash = "" };
        string manifest = new KernelManifest { SourceHash = "", PtxVersion = "7.5", Target = "sm_80", Kernels = [entry, entry] }.ToJson();
        Assert.Equal("the kernel manifest lists add twice", Assert.Throws<DeviceException>(() => new EmbeddedKernels(_ => manifest)).Message);
    }

    [SkippableFact]
    public void AnEntryThatTheModuleLacksIsNamed()
    {
        using FakeDriver fake = FakeDriver.Start();
        using (var session = new FakeSession(fake))
            Assert.Contains("cuModuleGetFunction of add on Fake GPU: CUDA_ERROR_NOT_FOUND",
                Assert.Throws<CudaException>(() => Load(session, null, FakeSession.AddPtx.Replace("entry add", "entry sub"))).Message);
        Assert.Equal(0, fake.LiveObjects);
    }

    [SkippableFact]
    public void TheFolderFollowsTheRulesOfTheDesktop() // the variables are this process's, so that only one test may set them
    {
        string? xdg = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        try
        {
            Skip.If(OperatingSystem.IsWindows(), "Windows has other rules");
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", "/somewhere");
            Assert.Equal("/somewhere/rubato/cubin", CubinCache.DefaultFolder());
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", "not/absolute");
            Assert.EndsWith("/.cache/rubato/cubin", CubinCache.DefaultFolder());
            Environment.SetEnvironmentVariable(CubinCache.FolderVariable, "");
            Assert.Null(CubinCache.DefaultFolder());
            Environment.SetEnvironmentVariable(CubinCache.FolderVariable, "/elsewhere");
            Assert.Equal("/elsewhere", CubinCache.DefaultFolder());
        }
        finally
        {
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", xdg);
            Environment.SetEnvironmentVariable(CubinCache.FolderVariable, null);
        }
    }

    private static void Load(FakeSession session, string? folder, string text = FakeSession.AddPtx, int parameterBytes = 24)
    {
        session.Context.MakeCurrent();
        CudaKernel<FakeSession.AddParameters>.Load(session.Context, FakeSession.AddLibrary(text, parameterBytes), "add", new CubinCache(folder)).Dispose();
    }
}
