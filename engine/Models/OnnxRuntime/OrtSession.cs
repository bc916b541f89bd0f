using System.Text;

namespace Rubato;

/// <summary>A session of the library: a model ready to run. Several threads may run it at once.</summary>
internal sealed unsafe class OrtSession : IDisposable
{
    private readonly OrtHandle _session;

    /// <param name="environment">outlives the session</param>
    /// <param name="model">the ONNX file's bytes, not needed afterwards</param>
    /// <param name="options">made by <see cref="OrtSessionOptions"/></param>
    /// <exception cref="OrtException">The library refuses the model.</exception>
    public OrtSession(OrtEnvironment environment, ReadOnlySpan<byte> model, OrtSessionOptions options)
    {
        Environment = environment;
        nint session;
        fixed (byte* bytes = model)
            environment.Check(environment.Api.CreateSessionFromArray(environment.Handle.Value, bytes, (nuint)model.Length, options.Value, &session));
        _session = new OrtHandle(session, environment.Api.ReleaseSession, environment.Handle);
        Inputs = Describe(environment.Api.SessionGetInputCount, environment.Api.SessionGetInputName, environment.Api.SessionGetInputTypeInfo);
        Outputs = Describe(environment.Api.SessionGetOutputCount, environment.Api.SessionGetOutputName, environment.Api.SessionGetOutputTypeInfo);
    }

    public OrtEnvironment Environment { get; }

    public ModelValueInfo[] Inputs { get; }

    public ModelValueInfo[] Outputs { get; }

    public OrtHandle Handle => _session;

    /// <summary>Runs on values, the plain way.</summary>
    /// <param name="control">started by the caller</param>
    /// <param name="inputNames">[inputs] zero-terminated names</param> <param name="inputs">[inputs] values</param>
    /// <param name="outputNames">[outputs] zero-terminated names</param>
    /// <param name="outputs">[outputs] values to write into, or 0 to be given one, which the caller releases</param>
    /// <exception cref="OrtException">The run failed or was terminated.</exception>
    public void Run(OrtRunControl control, ReadOnlySpan<nint> inputNames, ReadOnlySpan<nint> inputs, ReadOnlySpan<nint> outputNames, Span<nint> outputs)
    {
        bool added = false;
        _session.DangerousAddRef(ref added);
        try
        {
            fixed (nint* names = inputNames, values = inputs, outNames = outputNames, outValues = outputs)
            {
                Environment.Check(Environment.Api.Run(_session.Value, control.Options, (byte**)names, values, (nuint)inputs.Length,
                    (byte**)outNames, (nuint)outputNames.Length, outValues));
            }
        }
        finally
        {
            _session.DangerousRelease();
        }
    }

    public ModelMetadata Metadata()
    {
        OrtApi api = Environment.Api;
        nint metadata;
        Environment.Check(api.SessionGetModelMetadata(_session.Value, &metadata));
        using var owned = new OrtHandle(metadata, api.ReleaseModelMetadata);
        long version;
        Environment.Check(api.ModelMetadataGetVersion(metadata, &version));
        return new ModelMetadata(Text(api.ModelMetadataGetProducerName, metadata), Text(api.ModelMetadataGetGraphName, metadata),
            Text(api.ModelMetadataGetDomain, metadata), Text(api.ModelMetadataGetDescription, metadata), version, Properties(metadata));
    }

    public void Dispose() => _session.Dispose();

    private string Text(delegate* unmanaged<nint, nint, byte**, nint> get, nint metadata)
    {
        byte* text;
        Environment.Check(get(metadata, Environment.Allocator, &text));
        return Environment.Take(text);
    }

    private Dictionary<string, string> Properties(nint metadata)
    {
        OrtApi api = Environment.Api;
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        byte** keys;
        long count;
        Environment.Check(api.ModelMetadataGetCustomMetadataMapKeys(metadata, Environment.Allocator, &keys, &count));
        for (long i = 0; i < count; i++)
        {
            string key = Environment.Take(keys[i]);
            byte* value;
            fixed (byte* name = Encoding.UTF8.GetBytes(key + '\0'))
                Environment.Check(api.ModelMetadataLookupCustomMetadataMap(metadata, Environment.Allocator, name, &value));
            if (value is not null) properties[key] = Environment.Take(value);
        }
        if (keys is not null) Environment.Check(api.AllocatorFree(Environment.Allocator, keys));
        return properties;
    }

    private ModelValueInfo[] Describe(delegate* unmanaged<nint, nuint*, nint> count, delegate* unmanaged<nint, nuint, nint, byte**, nint> name,
        delegate* unmanaged<nint, nuint, nint*, nint> type)
    {
        nuint values;
        Environment.Check(count(_session.Value, &values));
        var infos = new ModelValueInfo[(int)values];
        for (nuint i = 0; i < values; i++)
        {
            byte* text;
            nint info;
            Environment.Check(name(_session.Value, i, Environment.Allocator, &text));
            Environment.Check(type(_session.Value, i, &info));
            infos[i] = new OrtTypeReader(Environment).ReadAndRelease(Environment.Take(text), info);
        }
        return infos;
    }
}
