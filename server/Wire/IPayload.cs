namespace Rubato.Wire;

/// <summary>A payload that knows its size and writes itself in place.</summary>
public interface IPayload
{
    /// <summary>Bytes of the payload.</summary>
    int PayloadBytes { get; }

    /// <summary>Writes the payload.</summary>
    /// <param name="payload">[PayloadBytes], overwritten</param>
    void Write(Span<byte> payload);
}
