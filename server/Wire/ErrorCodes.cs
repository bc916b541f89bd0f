namespace Rubato.Wire;

/// <summary>What follows from an error code.</summary>
public static class ErrorCodes
{
    /// <summary>The same request may succeed later or elsewhere.</summary>
    public static bool IsRetryable(this ErrorCode code) =>
        code is ErrorCode.DeadlineExceeded or ErrorCode.Overloaded or ErrorCode.CreditExceeded or ErrorCode.Draining or ErrorCode.LedgerStopped
            or ErrorCode.TooManyConnections or ErrorCode.IdleTimeout;

    /// <summary>The error frame that tells of a frame that could not be read.</summary>
    public static ErrorCode ToErrorCode(this FrameStatus status) => status switch
    {
        FrameStatus.BadMagic => ErrorCode.BadMagic,
        FrameStatus.BadHeader => ErrorCode.BadHeader,
        FrameStatus.UnsupportedVersion => ErrorCode.UnsupportedVersion,
        FrameStatus.TooLarge => ErrorCode.FrameTooLarge,
        FrameStatus.BadPayload => ErrorCode.PayloadChecksum,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "is not an error"),
    };
}
