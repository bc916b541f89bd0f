using Rubato.Tests.Support;

namespace Rubato.Tests.Models;

/// <summary>A missing or unusable native library is an error that says what was tried.</summary>
public sealed class OrtLibraryTests
{
    [Fact]
    public void ANamedLibraryThatIsMissingIsNamed()
    {
        var failure = Assert.Throws<ModelRuntimeException>(() => ModelRuntime.Open(new ModelRuntimeOptions { LibraryPath = "/nowhere/lib.so" }));
        Assert.Contains("/nowhere/lib.so (no such file)", failure.Message);
        Assert.Contains(OrtLibrary.EnvironmentVariable, failure.Message);
        Assert.DoesNotContain(AppContext.BaseDirectory, failure.Message); // what was named is meant
    }

    [Fact]
    public void AFolderIsSearchedForBothNames()
    {
        using var folder = new TemporaryFolder();
        var failure = Assert.Throws<ModelRuntimeException>(() => ModelRuntime.Open(new ModelRuntimeOptions { LibraryPath = folder.Path }));
        Assert.Contains("libonnxruntime.so.1 (no such file)", failure.Message);
        Assert.Contains("libonnxruntime.so (no such file)", failure.Message);
    }

    [Fact]
    public void AFileThatIsNoLibraryIsRefused()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("libonnxruntime.so.1", "no library"u8);
        var failure = Assert.Throws<ModelRuntimeException>(() => ModelRuntime.Open(new ModelRuntimeOptions { LibraryPath = path }));
        Assert.Contains(path, failure.Message);
    }

    [Fact]
    public void AnotherLibraryIsRefused()
    {
        var failure = Assert.Throws<ModelRuntimeException>(() => ModelRuntime.Open(new ModelRuntimeOptions { LibraryPath = Libc() }));
        Assert.Contains("OrtGetApiBase", failure.Message);

        static string Libc() => File.ReadLines("/proc/self/maps").Select(line => line.Split(' ')[^1]).First(path => path.Contains("libc.so"));
    }
}
