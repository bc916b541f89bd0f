namespace Rubato.Tests.Models;

/// <summary>What the keeper knows of versions outlives a look that sees nothing.</summary>
public sealed class ModelShelfTests
{
    [Fact]
    public void AFolderThatCannotBeReadForgetsNoRefusal()
    {
        var shelf = new ModelShelf("m");
        Look([1, 2]);
        shelf.Versions[2].Refused = "in the shadow of version 1: it is slow";
        Look(null, "m: access denied");
        Assert.Equal("in the shadow of version 1: it is slow", shelf.Versions[2].Refused);
        Assert.Equal(["m: access denied"], shelf.Problems);
        Look([1, 2]);
        Assert.Equal("in the shadow of version 1: it is slow", shelf.Versions[2].Refused);
        Look([1]); // read, and not there any more
        Assert.Equal([1], shelf.Versions.Keys);

        void Look(int[]? versions, params string[] problems) =>
            shelf.Look(new ModelFolder("m", versions, null, problems), (_, _) => new FolderPrint(Files: 3, Bytes: 10, Hash: 7), settleAtOnce: true);
    }
}
