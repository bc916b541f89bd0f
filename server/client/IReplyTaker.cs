namespace Rubato.Client;

/// <summary>Where the payload of an answer goes.</summary>
internal interface IReplyTaker
{
    /// <summary>Copies what it needs; false when the payload is not what it should be.</summary>
    bool TryTake(ReadOnlySpan<byte> payload);
}
