using System.Globalization;

namespace Rubato;

/// <summary>The CUDA provider's options as the C API wants them.</summary>
internal static unsafe class OrtCudaOptions
{
    /// <summary>Puts the CUDA provider before the CPU.</summary>
    /// <param name="api">the table</param> <param name="sessionOptions">of the session to be made</param> <param name="options">checked</param>
    /// <exception cref="OrtException">The library has no CUDA provider, it does not load here, or it does not take an option.</exception>
    public static void Append(OrtApi api, nint sessionOptions, ModelCudaOptions options)
    {
        nint cuda;
        OrtStatus.Check(api, api.CreateCudaProviderOptions(&cuda));
        using var owned = new OrtHandle(cuda, api.ReleaseCudaProviderOptions);
        Set(api, cuda, options);
        if (options.Stream != 0) // after the texts, which begin from the defaults
            fixed (byte* key = "user_compute_stream\0"u8) OrtStatus.Check(api, api.UpdateCudaProviderOptionsWithValue(cuda, key, (void*)options.Stream));
        OrtStatus.Check(api, api.SessionOptionsAppendExecutionProviderCuda(sessionOptions, cuda));
    }

    private static void Set(OrtApi api, nint cuda, ModelCudaOptions options)
    {
        var texts = new List<(string Key, string Value)>
        {
            ("device_id", options.Device.ToString(CultureInfo.InvariantCulture)),
            ("arena_extend_strategy", options.Arena == ModelArena.Exact ? "kSameAsRequested" : "kNextPowerOfTwo"),
        };
        if (options.MemoryBytesMax is { } bytes) texts.Add(("gpu_mem_limit", bytes.ToString(CultureInfo.InvariantCulture)));
        using var keys = new OrtNames([.. texts.Select(text => text.Key)]);
        using var values = new OrtNames([.. texts.Select(text => text.Value)]);
        fixed (nint* keyTexts = keys.All, valueTexts = values.All)
            OrtStatus.Check(api, api.UpdateCudaProviderOptions(cuda, (byte**)keyTexts, (byte**)valueTexts, (nuint)texts.Count));
    }
}
