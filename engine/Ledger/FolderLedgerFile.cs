using Microsoft.Win32.SafeHandles;

namespace Rubato;

/// <summary>One file of a ledger on disk.</summary>
internal sealed class FolderLedgerFile(SafeFileHandle handle) : ILedgerFile
{
    public long Length => RandomAccess.GetLength(handle);

    public int Read(Span<byte> bytes, long offset)
    {
        int done = 0;
        while (done < bytes.Length)
        {
            int read = RandomAccess.Read(handle, bytes[done..], offset + done);
            if (read == 0) break;
            done += read;
        }
        return done;
    }

    public int Write(ReadOnlySpan<byte> bytes, long offset)
    {
        RandomAccess.Write(handle, bytes, offset);
        return bytes.Length;
    }

    public void SetLength(long bytes) => RandomAccess.SetLength(handle, bytes);

    public void Sync() => RandomAccess.FlushToDisk(handle);

    public void Dispose() => handle.Dispose();
}
