using Rubato.Wire;

namespace Rubato.Client;

/// <summary>What to ask, and how long to wait for it.</summary>
public abstract class Query
{
    private protected Query()
    {
    }

    /// <summary>
    /// How long to wait for the answer, from the call on; the server is told, and drops the request when the time is up. Zero = no deadline;
    /// not negative.
    /// </summary>
    public TimeSpan Deadline { get; set; }

    /// <summary>Sends it on a credit taken before; the credit is the caller's to return where this throws.</summary>
    /// <exception cref="ArgumentException">It is larger than the server takes, or cannot be written.</exception>
    internal abstract ValueTask SendOn(ClientConnection connection, Opcode opcode, TimeSpan deadline, IReplyTaker answer, CancellationToken cancellation);
}
