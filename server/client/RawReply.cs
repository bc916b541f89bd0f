namespace Rubato.Client;

/// <summary>Keeps an answer's payload as it is.</summary>
internal sealed class RawReply : IReplyTaker
{
    public byte[] Payload { get; private set; } = [];

    public bool TryTake(ReadOnlySpan<byte> payload)
    {
        Payload = payload.ToArray();
        return true;
    }
}
