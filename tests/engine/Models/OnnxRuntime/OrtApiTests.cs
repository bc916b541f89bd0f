using Rubato.Tests.Support;

namespace Rubato.Tests.Models;

/// <summary>The function table's places are those of the library that was loaded.</summary>
public sealed unsafe class OrtApiTests
{
    [SkippableFact]
    public void TheLibraryIsTheOnePinned()
    {
        Skip.If(Environment.GetEnvironmentVariable(OrtLibrary.EnvironmentVariable) is not null, "another library was named");
        ModelRuntime runtime = ModelRuntimes.Shared;
        Assert.Equal("1.30.0", runtime.Version);
        Assert.Contains("CPUExecutionProvider", runtime.Providers);
        Assert.True(File.Exists(runtime.LibraryPath));
    }

    [SkippableFact]
    public void StatusesCarryTheirCodeAndMessage()
    {
        OrtEnvironment environment = ModelRuntimes.Shared.Environment;
        nint session;
        byte garbage = 255;
        using var options = new OrtSessionOptions(environment, "test");
        nint status = environment.Api.CreateSessionFromArray(environment.Handle.Value, &garbage, 1, options.Value, &session);
        var failure = Assert.Throws<OrtException>(() => environment.Check(status));
        Assert.Equal(OrtErrorCode.InvalidProtobuf, failure.Code);
        Assert.Contains("protobuf", failure.Message);
    }

    [SkippableFact]
    public void TensorsKeepTheMemoryTypeAndShapeTheyWereMadeWith()
    {
        OrtEnvironment environment = ModelRuntimes.Shared.Environment;
        ModelTensor tensor = ModelTensor.Of<long>([1, 2, 3, 4, 5, 6], 2, 3);
        using var values = new OrtValues(environment);
        values.Add(tensor);
        void* data;
        environment.Check(environment.Api.GetTensorMutableData(values.All[0], &data));
        fixed (byte* bytes = tensor.Bytes) Assert.Equal((nint)bytes, (nint)data);
        var copy = Assert.IsType<ModelTensor>(new OrtValueReader(environment).Read(values.All[0], "test"));
        Assert.Equal("int64[2, 3]", copy.ToString());
        Assert.Equal(tensor.Values<long>().ToArray(), copy.Values<long>().ToArray());
    }

    [SkippableFact]
    public void TextsGoInAndComeOut()
    {
        OrtEnvironment environment = ModelRuntimes.Shared.Environment;
        string[] texts = ["", "Ton", "трек", "トラック"];
        using var values = new OrtValues(environment);
        values.Add(new ModelTensor([2, 2], texts));
        var copy = Assert.IsType<ModelTensor>(new OrtValueReader(environment).Read(values.All[0], "test"));
        Assert.Equal(texts, copy.Strings);
    }
}
