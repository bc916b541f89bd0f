namespace Rubato;

/// <summary>How grave a line of the model runtime's log is; the numbers are ONNX Runtime's.</summary>
public enum ModelLogLevel
{
    /// <summary>For those who debug the runtime.</summary>
    Verbose,
    /// <summary>Worth knowing.</summary>
    Information,
    /// <summary>Worth a look: a provider that was not to be had, a graph that could not be optimised.</summary>
    Warning,
    /// <summary>Something failed.</summary>
    Error,
    /// <summary>Nothing goes any more.</summary>
    Fatal,
}
