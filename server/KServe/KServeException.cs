using Microsoft.AspNetCore.Http;

namespace Rubato.Server;

/// <summary>A request of the Open Inference Protocol is refused: the status and the text of its "error".</summary>
internal sealed class KServeException(int status, string message) : Exception(message)
{
    public KServeException(string message) : this(StatusCodes.Status400BadRequest, message)
    {
    }

    public int Status { get; } = status;

    /// <summary>Seconds for the Retry-After header; 0 for none.</summary>
    public int RetryAfterSeconds { get; init; }
}
