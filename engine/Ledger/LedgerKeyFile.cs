using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Rubato;

/// <summary>The file that names a ledger and holds the key of its reservation ids: a header and nothing else.</summary>
internal static class LedgerKeyFile
{
    /// <summary>A new ledger's id and key, durable before anything is signed.</summary>
    public static LedgerHeader Create(ILedgerFiles files, long utcMicros)
    {
        Span<byte> random = stackalloc byte[24], bytes = stackalloc byte[LedgerHeader.Bytes];
        RandomNumberGenerator.Fill(random);
        var header = new LedgerHeader(LedgerFileKind.Key, BinaryPrimitives.ReadUInt64LittleEndian(random), 0, utcMicros,
            BinaryPrimitives.ReadUInt64LittleEndian(random[8..]), BinaryPrimitives.ReadUInt64LittleEndian(random[16..]));
        header.Write(bytes);
        string temporary = LedgerFileName.Temporary(LedgerFileName.Key);
        using (ILedgerFile file = files.Create(temporary))
        {
            file.WriteAll(bytes, 0);
            file.Sync();
        }
        files.Rename(temporary, LedgerFileName.Key);
        files.SyncFolder();
        return header;
    }

    /// <exception cref="LedgerException">The file is damaged.</exception>
    public static LedgerHeader Read(ILedgerFiles files)
    {
        using ILedgerFile file = files.Open(LedgerFileName.Key);
        return LedgerFileReading.Header(files, LedgerFileName.Key, file, LedgerFileKind.Key, 0, ledgerId: null);
    }
}
