using Rubato.Tests.Support;

namespace Rubato.Tests.Models;

/// <summary>What is new in a folder shows, and what is not does not.</summary>
public sealed class FolderPrintTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ALinkThatIsTurnedToAnEqualTargetShows()
    {
        var time = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        Directory.CreateDirectory(_folder.File("blobs"));
        Directory.CreateDirectory(_folder.File("1"));
        foreach (string blob in new[] { "blobs/a", "blobs/b" })
        {
            File.WriteAllText(_folder.File(blob), blob);
            File.SetLastWriteTimeUtc(_folder.File(blob), time);
        }
        FolderPrint first = Turn("../blobs/a"), second = Turn("../blobs/b");
        Assert.Equal((1, 7L), (first.Files, first.Bytes));
        Assert.NotEqual(first, second);
        Assert.Equal(second, FolderPrint.Of(_folder.File("1")));
        File.SetLastWriteTimeUtc(_folder.File("blobs/b"), time.AddSeconds(1));
        Assert.NotEqual(second, FolderPrint.Of(_folder.File("1")));
    }

    [Fact]
    public void ALinkThatLeadsNowhereIsAFile()
    {
        Directory.CreateDirectory(_folder.File("1"));
        FolderPrint nowhere = Turn("../blobs/a"), elsewhere = Turn("../blobs/b");
        Assert.Equal(1, nowhere.Files);
        Assert.NotEqual(nowhere, elsewhere);
    }

    private FolderPrint Turn(string target)
    {
        string link = _folder.File("1/model.onnx");
        File.Delete(link);
        File.CreateSymbolicLink(link, target);
        return FolderPrint.Of(_folder.File("1"));
    }
}
