namespace Rubato;

/// <summary>One file of a ledger.</summary>
internal interface ILedgerFile : IDisposable
{
    long Length { get; }

    /// <summary>Reads from the offset on; the number of bytes read, less than asked for only at the end of the file.</summary>
    int Read(Span<byte> bytes, long offset);

    /// <summary>Writes at the offset; the number of bytes written, which may be less than asked for.</summary>
    int Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Cuts the file.</summary>
    void SetLength(long bytes);

    /// <summary>Makes the content durable. Once this has failed nothing is known about what was written, and trying again proves nothing.</summary>
    void Sync();
}
