namespace Rubato;

/// <summary>Whole writes.</summary>
internal static class LedgerFileExtensions
{
    /// <summary>Writes all bytes, however few the file takes at once.</summary>
    /// <exception cref="IOException">The file takes none.</exception>
    public static void WriteAll(this ILedgerFile file, ReadOnlySpan<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            int written = file.Write(bytes, offset);
            if (written <= 0) throw new IOException($"nothing could be written at byte {offset}");
            bytes = bytes[written..];
            offset += written;
        }
    }
}
