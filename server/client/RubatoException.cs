using Rubato.Wire;

namespace Rubato.Client;

/// <summary>Something went wrong between this client and its server.</summary>
public abstract class RubatoException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The same request may succeed later or on another server.</summary>
    public abstract bool IsRetryable { get; }
}

/// <summary>The server refused the request.</summary>
public sealed class RequestRefusedException(ErrorCode code, ErrorPayload error, bool retryable)
    : RubatoException(error.Message.Length > 0 ? $"{code}: {error.Message}" : code.ToString())
{
    /// <summary>The reason.</summary>
    public ErrorCode Code => code;

    /// <summary>Where in the server the request was.</summary>
    public Stage Stage => error.Stage;

    /// <summary>Payload byte, vector element or candidate that is wrong; null = the error is not tied to a place.</summary>
    public uint? Offset => error.Offset == ErrorPayload.NoOffset ? null : error.Offset;

    /// <summary>When trying again makes sense; zero = not stated.</summary>
    public TimeSpan RetryAfter => TimeSpan.FromMilliseconds(error.RetryAfterMilliseconds);

    /// <inheritdoc/>
    public override bool IsRetryable => retryable;
}

/// <summary>There is no connection, or it broke before the answer came; whether the server saw the request is not known.</summary>
public sealed class ConnectionLostException(string message, Exception? inner = null) : RubatoException(message, inner)
{
    /// <inheritdoc/>
    public override bool IsRetryable => true;
}
