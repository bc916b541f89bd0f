namespace Rubato;

/// <summary>Models cannot run here: ONNX Runtime's native library was not found or is not usable. The message says what was tried and what to install.</summary>
public sealed class ModelRuntimeException : Exception
{
    internal ModelRuntimeException(string message, Exception? cause = null) : base(message, cause)
    {
    }
}
