namespace Rubato;

/// <summary>Opening steps that all files of a ledger share.</summary>
internal static class LedgerFileReading
{
    /// <summary>The path of a file, for messages.</summary>
    public static string PathOf(this ILedgerFiles files, string name) => System.IO.Path.Combine(files.Path, name);

    /// <summary>A file's header, which must be of this kind, number and ledger.</summary>
    /// <exception cref="LedgerException">It is not.</exception>
    public static LedgerHeader Header(ILedgerFiles files, string name, ILedgerFile file, LedgerFileKind kind, long number, ulong? ledgerId)
    {
        if (TryHeader(file, out LedgerHeader header) is { } problem) throw new LedgerException(files.PathOf(name), problem, offset: 0);
        if (header.Kind != kind || header.Number != number)
            throw new LedgerException(files.PathOf(name), $"is {header.Kind} {header.Number} (expected {kind} {number})", offset: 0);
        if (ledgerId is { } id && header.LedgerId != id) throw new LedgerException(files.PathOf(name), "belongs to another ledger", offset: 0);
        return header;
    }

    /// <summary>What is wrong with a file's header, or null.</summary>
    public static string? TryHeader(ILedgerFile file, out LedgerHeader header)
    {
        Span<byte> bytes = stackalloc byte[LedgerHeader.Bytes];
        return LedgerHeader.TryRead(bytes[..file.Read(bytes, 0)], out header);
    }
}
