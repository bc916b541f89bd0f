using System.Diagnostics;
using System.Text;
using Rubato.Tests.Support;

namespace Rubato.Tests.Models;

/// <summary>Files that are not models, damaged, or that reach outside their folder are refused with the reason.</summary>
public sealed class ModelFileTests
{
    [SkippableTheory]
    [InlineData("", "empty, or not a regular file")]
    [InlineData("hello, this is no model at all", "not ONNX")]
    [InlineData("ORTM", "not ONNX")]
    public void AFileThatIsNotOnnxIsRefused(string content, string expected) => Assert.Contains(expected, Refused(Encoding.UTF8.GetBytes(content)));

    [SkippableFact]
    public void AMessageWithoutAGraphIsRefused() => Assert.Contains("lacks a graph", Refused(new ProtoWriter().Number(1, 7).ToArray()));

    [SkippableTheory, InlineData(1)]
    public void EveryTruncationIsRefused(int seed)
    {
        byte[] model = OnnxModels.AddWeights(OnnxModels.Tensor("w", OnnxModels.Float, Vectors.Uniform(new Random(seed), 4), 4));
        for (int length = 0; length < model.Length; length++) _ = Refused(model[..length]);
        using ModelSession whole = ModelRuntimes.Load(model);
        Assert.Single(whole.Inputs);
    }

    [SkippableTheory, InlineData(1), InlineData(2)]
    public void DamagedBytesAreRefusedInOneLineOrLoad(int seed)
    {
        byte[] model = OnnxModels.AddWeights(OnnxModels.Tensor("w", OnnxModels.Float, Vectors.Uniform(new Random(seed), 4), 4));
        var random = new Random(seed);
        int loaded = 0, refused = 0;
        for (int round = 0; round < 500; round++)
        {
            byte[] damaged = [.. model];
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                using ModelSession session = ModelRuntimes.Load(damaged);
                loaded++; // a name, a weight or a text for people may be any
                Assert.NotEmpty(session.Outputs);
            }
            catch (ModelException told)
            {
                refused++;
                Assert.DoesNotContain('\n', told.Message);
            }
        }
        Assert.True(loaded > 0 && refused > 0, $"{loaded} loaded, {refused} refused");
    }

    [SkippableFact]
    public void AnOperatorThatTheRuntimeLacksIsNamed()
    {
        Assert.Contains("Nonesuch", Refused(OnnxModels.Unary("Nonesuch")));
        byte[] custom = OnnxModels.Model(OnnxModels.Graph((1, OnnxModels.Node("Nonesuch", ["x"], ["y"]).Text(7, "com.example")),
            (11, OnnxModels.Value("x", OnnxModels.Float, "4")), (12, OnnxModels.Value("y", OnnxModels.Float, "4"))), domain: "com.example");
        Assert.Contains("com.example", Refused(custom));
    }

    [SkippableFact]
    public void ALibraryBesideTheModelIsNeverLoaded()
    {
        using var folder = new TemporaryFolder();
        string marker = folder.File("loaded"), library = folder.File("custom.so"), source = folder.File("custom.c");
        File.WriteAllText(source, $$"""
            #include <stdio.h>
            __attribute__((constructor)) static void loaded(void) { FILE *f = fopen("{{marker}}", "w"); if (f) fclose(f); }
            void *RegisterCustomOps(void *options, void *api) { loaded(); return 0; }
            """);
        using (Process? compiler = Compile($"-shared -fPIC -o {library} {source}"))
        {
            Skip.If(compiler is null, "no C compiler");
            compiler!.WaitForExit();
            Assert.Equal(0, compiler.ExitCode);
        }
        using ModelSession session = ModelSession.Load(ModelRuntimes.Shared, folder.Write("model.onnx", OnnxModels.Unary("Neg")));
        Assert.False(File.Exists(marker));
    }

    [SkippableFact]
    public void ExternalDataComesFromTheModelsFolder()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("data"));
        folder.Write("data/w.bin", Bytes(9, 9, 1, 2, 3, 4));
        string path = folder.Write("model.onnx", OnnxModels.AddWeights(OnnxModels.External("w", "data/w.bin", 8, 16, 4)));
        using ModelSession session = ModelSession.Load(ModelRuntimes.Shared, path);
        using ModelBatch batch = session.CreateBatch(1);
        session.Run(batch, 1);
        Assert.Equal([1f, 2f, 3f, 4f], batch.Output<float>("y").ToArray());
        Assert.Equal(new FileInfo(path).Length + 24, session.Bytes);
    }

    [SkippableTheory]
    [InlineData("../secret.bin", "outside the model's folder")]
    [InlineData("data/../../secret.bin", "outside the model's folder")]
    [InlineData("/etc/passwd", "outside the model's folder")]
    [InlineData("link.bin", "a symbolic link leads out of")]
    [InlineData("linked/secret.bin", "a symbolic link leads out of")]
    [InlineData("missing.bin", "no such file")]
    [InlineData("data", "no such file")]
    [InlineData("*/_ORT_MEM_ADDR_/*", "no such file")] // how the runtime itself spells an address in memory
    [InlineData("", "outside the model's folder")]
    public void ExternalDataElsewhereIsRefused(string location, string expected)
    {
        using var folder = new TemporaryFolder();
        folder.Write("secret.bin", Bytes(1, 2, 3, 4));
        Directory.CreateDirectory(folder.File("1/data"));
        File.CreateSymbolicLink(folder.File("1/link.bin"), folder.File("secret.bin"));
        Directory.CreateSymbolicLink(folder.File("1/linked"), folder.Path);
        string path = folder.Write("1/model.onnx", OnnxModels.AddWeights(OnnxModels.External("w", location, 0, 16, 4)));
        var refused = Assert.Throws<ModelException>(() => ModelSession.Load(ModelRuntimes.Shared, path));
        Assert.StartsWith($"{path}: external data '{location}': ", refused.Message);
        Assert.Contains(expected, refused.Message);
    }

    [SkippableTheory]
    [InlineData(0, 20)]
    [InlineData(8, 16)]
    [InlineData(long.MaxValue, 16)]
    [InlineData(0, long.MaxValue)]
    [InlineData(-1, 16)]
    public void ExternalDataBeyondItsFileIsRefused(long offset, long length)
    {
        using var folder = new TemporaryFolder();
        folder.Write("w.bin", Bytes(1, 2, 3, 4));
        string path = folder.Write("model.onnx", OnnxModels.AddWeights(OnnxModels.External("w", "w.bin", offset, length, 4)));
        Assert.Contains("tensor 'w': ", Assert.Throws<ModelException>(() => ModelSession.Load(ModelRuntimes.Shared, path)).Message);
    }

    [SkippableFact]
    public void ExternalDataInsideANodeIsRefused()
    {
        ProtoWriter constant = OnnxModels.Node("Constant", [], ["w"],
            new ProtoWriter().Text(1, "value").Message(5, OnnxModels.External("w", "w.bin", 0, 16, 4)).Number(20, 4));
        byte[] model = OnnxModels.Model(OnnxModels.Graph((1, constant), (1, OnnxModels.Node("Add", ["x", "w"], ["y"])),
            (11, OnnxModels.Value("x", OnnxModels.Float, "batch,4")), (12, OnnxModels.Value("y", OnnxModels.Float, "batch,4"))));
        Assert.Contains("external data outside the graph's initializers", Refused(model));
    }

    [SkippableFact]
    public void AModelThatIsALinkOutOfTheRootIsRefused()
    {
        using TemporaryFolder folder = new(), elsewhere = new();
        string model = elsewhere.Write("model.onnx", OnnxModels.Unary("Neg")), link = folder.File("model.onnx");
        File.CreateSymbolicLink(link, model);
        ModelSession.Load(ModelRuntimes.Shared, link).Dispose(); // named by hand
        var refused = Assert.Throws<ModelException>(() => ModelSession.Load(ModelRuntimes.Shared, link, new ModelSessionOptions { Root = folder.Path }));
        Assert.Contains("a symbolic link leads out of", refused.Message);
    }

    [SkippableFact]
    public void ModelsThatAreTooLargeOrMissingAreRefused()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("model.onnx", OnnxModels.Unary("Neg"));
        Assert.Contains("(expected at most 10)", Assert.Throws<ModelException>(() => ModelSession.Load(ModelRuntimes.Shared, path, new() { BytesMax = 10 })).Message);
        Assert.Contains("no such file", Assert.Throws<ModelException>(() => ModelSession.Load(ModelRuntimes.Shared, folder.File("nothing.onnx"))).Message);
        Assert.Contains("is a folder", Assert.Throws<ModelException>(() => ModelSession.Load(ModelRuntimes.Shared, folder.Path)).Message);
    }

    private static string Refused(byte[] model) => Assert.Throws<ModelException>(() => ModelRuntimes.Load(model)).Message;

    private static byte[] Bytes(params float[] values) => System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values).ToArray();

    private static Process? Compile(string arguments)
    {
        try
        {
            return Process.Start("cc", arguments);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
