namespace Rubato;

/// <summary>How a session is to be made: on the environment's threads, with a provider, with external data from memory.</summary>
internal sealed unsafe class OrtSessionOptions : IDisposable
{
    private readonly OrtEnvironment _environment;
    private readonly OrtHandle _options;

    /// <param name="environment">outlives the options</param> <param name="name">what the log calls the session</param>
    public OrtSessionOptions(OrtEnvironment environment, string name)
    {
        _environment = environment;
        nint options;
        environment.Check(environment.Api.CreateSessionOptions(&options));
        _options = new OrtHandle(options, environment.Api.ReleaseSessionOptions);
        environment.Check(environment.Api.DisablePerSessionThreads(options));
        using var names = new OrtNames([name, "session.load_model_format", "ONNX"]);
        environment.Check(environment.Api.SetSessionLogId(options, (byte*)names[0]));
        // Said outright, or a file that begins like the library's own format would be taken for one.
        environment.Check(environment.Api.AddSessionConfigEntry(options, (byte*)names[1], (byte*)names[2]));
    }

    public nint Value => _options.Value;

    /// <summary>Puts the CUDA provider before the CPU.</summary>
    /// <inheritdoc cref="OrtCudaOptions.Append"/>
    public void AppendCuda(ModelCudaOptions cuda) => OrtCudaOptions.Append(_environment.Api, Value, cuda);

    /// <summary>Gives the library the external data that it would otherwise open itself.</summary>
    /// <param name="locations">[files] as the model spells them</param> <param name="addresses">[files] in memory until the session is made</param>
    /// <param name="bytes">[files] sizes</param>
    public void AddExternalData(string[] locations, nint[] addresses, nuint[] bytes)
    {
        using var names = new OrtNames(locations);
        fixed (nint* texts = names.All, files = addresses)
        fixed (nuint* sizes = bytes)
            _environment.Check(_environment.Api.AddExternalInitializersFromFilesInMemory(Value, (byte**)texts, (byte**)files, sizes, (nuint)locations.Length));
    }

    public void Dispose() => _options.Dispose();
}
