using Rubato.KernelCompiler;
using Rubato.Kernels.Cuda;
using Rubato.Tests.Ptx;
using Rubato.Tests.Support;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>The PTX in the repository is what the sources compile to, and complete.</summary>
public sealed class KernelManifestTests
{
    private static readonly EmbeddedKernels Kernels = EmbeddedKernels.Own();

    [Fact]
    public void ThePtxWasCompiledFromTheseSources() =>
        Assert.True(Kernels.Manifest.SourceHash == SourceHash.Of(Path.Combine(TestData.RepositoryRoot(), "kernels")),
            "the kernel sources have changed since the PTX was compiled; run: dotnet run --project kernels/ilgpu -c Release");

    [Fact]
    public void TheManifestSaysWhatThePtxSays()
    {
        Assert.NotEmpty(Kernels.Manifest.Kernels);
        foreach (KernelEntry entry in Kernels.Manifest.Kernels)
        {
            string ptx = Kernels.Ptx(entry.Entry); // fails where the hash differs
            PtxKernel kernel = new PtxProgram(ptx).Kernel;
            Assert.Equal(entry.Entry, kernel.Name);
            Assert.Equal(entry.ParameterBytes, kernel.ParameterBytes);
            Assert.Equal(entry.BlockThreads, kernel.BlockThreads);
            Assert.InRange(entry.SharedBytes, kernel.SharedBytes - 127, kernel.SharedBytes);
            Assert.InRange(kernel.SharedBytes, 0, 48 << 10);
            Assert.Contains($".version {Kernels.Manifest.PtxVersion}\n", ptx);
            Assert.Contains($".target {Kernels.Manifest.Target}\n", ptx);
            Assert.DoesNotContain(".extern", ptx);
            Assert.DoesNotContain(".local", ptx);
        }
    }

    [Fact]
    public void EveryPtxFileIsListed()
    {
        string folder = Path.Combine(TestData.RepositoryRoot(), "kernels", "Cuda", "Ptx");
        Assert.Equal(Kernels.Manifest.Kernels.Select(entry => entry.Entry + ".ptx").Order(), Directory.EnumerateFiles(folder, "*.ptx").Select(Path.GetFileName).Order()!);
    }

    [Fact]
    public void TheCompilerIsNoDependencyOfTheTests()
    {
        string[] dependencies = [.. Directory.EnumerateFiles(AppContext.BaseDirectory, "*.deps.json")];
        Assert.NotEmpty(dependencies);
        foreach (string file in dependencies) Assert.DoesNotContain("ILGPU", File.ReadAllText(file));
        Assert.Empty(Directory.EnumerateFiles(AppContext.BaseDirectory, "ILGPU*"));
    }

    [Fact]
    public void ACorruptedModuleIsRefused()
    {
        string manifest = Kernels.Manifest.ToJson();
        var broken = new EmbeddedKernels(name => name == "manifest.json" ? manifest : Kernels.Ptx("rescore").Replace("add.f64", "sub.f64"));
        DeviceException problem = Assert.Throws<DeviceException>(() => broken.Ptx("rescore"));
        Assert.StartsWith("rescore.ptx is corrupted", problem.Message);
        Assert.Contains("does not list nothing", Assert.Throws<DeviceException>(() => broken.Entry("nothing")).Message);
        Assert.Contains("missing", Assert.Throws<DeviceException>(() => new EmbeddedKernels(_ => null)).Message);
        Assert.Contains("cannot be read", Assert.Throws<DeviceException>(() => new EmbeddedKernels(_ => "{")).Message);
    }
}
