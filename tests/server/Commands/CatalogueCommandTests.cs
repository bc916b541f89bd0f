using System.Net.Sockets;
using System.Text.Json;
using Rubato.Tests.Support;

namespace Rubato.Tests;

public sealed class CatalogueCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task BuildInfoAndVerifyAgree()
    {
        NpyFile.Write<float>(_folder.File("v.npy"), [1, 2, 3, 4, 5, 6], columns: 2);
        NpyFile.Write<long>(_folder.File("i.npy"), [7, 5, 9]);
        File.WriteAllText(_folder.File("a.jsonl"), "{\"licensor\":3,\"markets\":[\"US\",\"DE\"],\"explicit\":true}\n{\"licensor\":3}\n{\"releaseDay\":5}\n");
        string path = _folder.File("c.rbt");
        string built = await RubatoCommand.Done("catalogue", "build", "--vectors", _folder.File("v.npy"), "--ids", _folder.File("i.npy"),
            "--attributes", _folder.File("a.jsonl"), "--out", path);
        Assert.StartsWith($"{path}: 3 tracks × 2, ", built);

        JsonElement info = LastLine(await RubatoCommand.Done("catalogue", "info", path, "--json"));
        Assert.Equal(3, info.GetProperty("rows").GetInt32());
        Assert.Equal(2, info.GetProperty("dimension").GetInt32());
        Assert.Equal(new FileInfo(path).Length, info.GetProperty("bytes").GetInt64());
        Assert.False(info.GetProperty("ids_are_row_numbers").GetBoolean());
        Assert.Equal(1, info.GetProperty("licensors").GetInt32());
        Assert.Equal(["DE", "US"], info.GetProperty("markets").EnumerateArray().Select(market => market.GetString()));
        Assert.Equal((1, 1, 1), (info.GetProperty("restricted_tracks").GetInt32(), info.GetProperty("explicit_tracks").GetInt32(), info.GetProperty("dated_tracks").GetInt32()));
        Assert.Equal(9, info.GetProperty("sections").GetArrayLength());
        Assert.True(info.GetProperty("quantised").GetBoolean());
        Assert.Contains("markets     DE US", await RubatoCommand.Done("catalogue", "info", path));

        Assert.True(LastLine(await RubatoCommand.Done("catalogue", "verify", path, "--json")).GetProperty("ok").GetBoolean());
        Assert.Contains("sound", await RubatoCommand.Done("catalogue", "verify", path));
    }

    [Fact]
    public async Task TheInt8CopyCanBeLeftOutAndInfoSaysSo()
    {
        NpyFile.Write<float>(_folder.File("v.npy"), [1, 2, 3, 4, 5, 6], columns: 2);
        string path = _folder.File("c.rbt");
        string built = await RubatoCommand.Done("catalogue", "build", "--vectors", _folder.File("v.npy"), "--out", path, "--no-quantised", "--json");
        Assert.Equal(built, await RubatoCommand.Done("catalogue", "info", path, "--json"));
        JsonElement info = LastLine(built);
        Assert.Equal((7, false), (info.GetProperty("sections").GetArrayLength(), info.GetProperty("quantised").GetBoolean()));
        Assert.Equal("left out when the snapshot was built", info.GetProperty("not_quantised_because").GetString());
        Assert.Contains("int8 copy   none, searches read fp32: left out", await RubatoCommand.Done("catalogue", "info", path));
        await RubatoCommand.Done("catalogue", "verify", path);
    }

    [Fact]
    public async Task ADamagedSnapshotEndsWithOneLineAndExitCode1()
    {
        string path = Snapshots.Write(_folder, seed: 1, rows: 5, dimension: 3);
        byte[] file = File.ReadAllBytes(path);
        file[390] ^= 1;
        File.WriteAllBytes(path, file);
        Assert.Contains($"{path}: section Vectors: CRC32C is", await RubatoCommand.Refused(1, "catalogue", "info", path));
        Assert.Contains($"{path}: section Vectors: CRC32C is", await RubatoCommand.Refused(1, "catalogue", "verify", path));
        (int code, string output, string error) = await RubatoCommand.Run("catalogue", "verify", path, "--json");
        Assert.Equal(1, code);
        Assert.Contains("section Vectors: CRC32C is", error);
        Assert.False(LastLine(output).GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task BadSourcesEndWithOneLineAndExitCode1()
    {
        NpyFile.Write<float>(_folder.File("v.npy"), [1, 2, float.NaN, 4], columns: 2);
        string[] build = ["catalogue", "build", "--vectors", _folder.File("v.npy"), "--out", _folder.File("c.rbt")];
        Assert.Contains("v.npy: row 1, column 0: NaN", await RubatoCommand.Refused(1, build));
        build[3] = _folder.File("none.npy");
        Assert.Contains("none.npy: no such file", await RubatoCommand.Refused(1, build));
        NpyFile.Write<float>(_folder.File("v.npy"), [1, 2, 3, 4], columns: 2);
        build[3] = _folder.File("v.npy");
        build[5] = System.IO.Path.Combine(_folder.Path, "none", "c.rbt");
        Assert.Contains("its folder does not exist", await RubatoCommand.Refused(1, build));
    }

    [Fact]
    public async Task NeitherASourceNorADeviceIsReplacedByTheSnapshot()
    {
        string vectors = _folder.File("v.npy"), socket = _folder.File("socket");
        NpyFile.Write<float>(vectors, [1, 2, 3, 4], columns: 2);
        byte[] before = File.ReadAllBytes(vectors);
        Assert.Contains("is the file of --vectors too", await RubatoCommand.Refused(2, "catalogue", "build", "--vectors", vectors, "--out", vectors));
        Assert.Equal(before, File.ReadAllBytes(vectors));
        if (!OperatingSystem.IsLinux()) return; // elsewhere nothing tells what stands at a path
        using var bound = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        bound.Bind(new UnixDomainSocketEndPoint(socket)); // stands for /dev/null, which root would lose
        Assert.Contains("is a device, a pipe or a socket", await RubatoCommand.Refused(1, "catalogue", "build", "--vectors", vectors, "--out", socket));
        Assert.Equal(["socket", "v.npy"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task WrongUsageEndsWithExitCode2()
    {
        Assert.Contains("rubato catalogue build --help", await RubatoCommand.Refused(2, "catalogue", "build", "--out", "c.rbt"));
        Assert.Contains("rubato catalogue info --help", await RubatoCommand.Refused(2, "catalogue", "info"));
        await RubatoCommand.Refused(2, "catalogue", "build", "--vectors", "v.npy", "--out", "c.rbt", "--bogus", "1");
        Assert.Contains("--out is empty", await RubatoCommand.Refused(2, "catalogue", "build", "--vectors", "v.npy", "--out", ""));
        await RubatoCommand.Refused(2, "catalogue");
        await RubatoCommand.Refused(2, "nonsense");
        await RubatoCommand.Refused(2);
        Assert.Contains("Description:", await RubatoCommand.Done("catalogue", "build", "--help"));
    }

    private static JsonElement LastLine(string output)
        => JsonDocument.Parse(output.TrimEnd('\n').Split('\n')[^1]).RootElement;
}
