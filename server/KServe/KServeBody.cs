using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Rubato.Server;

/// <summary>The body of an infer request, counted against what all bodies may take together until this is disposed: as long as tensors made of it live.</summary>
/// <param name="context">the request</param> <param name="bytesMax">of one body, which the endpoint holds it to</param> <param name="budget">of all bodies</param>
internal sealed class KServeBody(HttpContext context, long bytesMax, ByteBudget budget) : IDisposable
{
    private const int RetryAfterSeconds = 1;

    private long _heldBytes;

    /// <summary>Reads it, once.</summary>
    /// <exception cref="KServeException">There is no room for it, or it is no request.</exception>
    /// <exception cref="BadHttpRequestException">It is too large, or ends too soon.</exception>
    public async Task<KServeRequest> ReadAsync()
    {
        long? jsonBytes = JsonBytes();
        if (context.Request.ContentLength is { } announced && announced <= bytesMax) Hold(announced); // one that is too large is refused as such below
        PipeReader body = context.Request.BodyReader;
        while (true)
        {
            ReadResult read = await body.ReadAsync(context.RequestAborted).ConfigureAwait(false); // the endpoint's limit of a body holds here
            SequencePosition done = read.Buffer.End;
            try
            {
                Hold(read.Buffer.Length); // in chunks it has not said how long it will be
                if (read.IsCompleted) return KServeRequest.Read(read.Buffer, jsonBytes);
                done = read.Buffer.Start;
            }
            finally
            {
                body.AdvanceTo(done, read.Buffer.End);
            }
        }
    }

    /// <summary>Gives back what it counted for.</summary>
    public void Dispose()
    {
        budget.Return(_heldBytes);
        _heldBytes = 0;
    }

    private void Hold(long bytes)
    {
        if (bytes <= _heldBytes) return;
        if (!budget.TryTake(bytes - _heldBytes))
            throw new KServeException(StatusCodes.Status503ServiceUnavailable, $"no room for a body of {bytes} bytes: those of all requests may take {budget.BytesMax} bytes together") { RetryAfterSeconds = RetryAfterSeconds };
        _heldBytes = bytes;
    }

    // Bytes of JSON at the front of the body, where the tensors of the binary extension follow it.
    private long? JsonBytes()
    {
        if (!context.Request.Headers.TryGetValue(KServeRequest.JsonBytesHeader, out StringValues text)) return null;
        return long.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? bytes
            : throw new KServeException($"{KServeRequest.JsonBytesHeader}: '{text}' (expected the number of bytes of JSON)");
    }
}
