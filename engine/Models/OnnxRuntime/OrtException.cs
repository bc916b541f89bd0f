namespace Rubato;

/// <summary>A call of the C API failed. Whoever knows the file or the request turns this into an exception that names it.</summary>
internal sealed class OrtException(OrtErrorCode code, string message) : Exception(message)
{
    public OrtErrorCode Code { get; } = code;
}
