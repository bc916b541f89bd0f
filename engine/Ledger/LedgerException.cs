namespace Rubato;

/// <summary>A ledger cannot be opened, has stopped, or refuses a change; the message names the file, the byte or the campaign.</summary>
public sealed class LedgerException : DataFileException
{
    internal LedgerException(string path, string problem, Exception? cause = null, long? offset = null)
        : base(path, offset is { } at ? $"byte {at}: {problem}" : problem, cause) => Offset = offset;

    /// <summary>Byte of the file where it stops being what was expected; null where the trouble has no place in a file.</summary>
    public long? Offset { get; }
}
