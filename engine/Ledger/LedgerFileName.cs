using System.Globalization;

namespace Rubato;

/// <summary>The names of a ledger's files.</summary>
internal static class LedgerFileName
{
    public const string Key = "ledger.key";

    private const string SegmentStart = "journal-", SegmentEnd = ".log", SnapshotStart = "snapshot-", SnapshotEnd = ".bin", TemporaryEnd = ".tmp";

    public static string Segment(long number) => $"{SegmentStart}{number:D10}{SegmentEnd}";

    /// <summary>The state before the segment of the same number.</summary>
    public static string Snapshot(long number) => $"{SnapshotStart}{number:D10}{SnapshotEnd}";

    public static string Temporary(string name) => name + TemporaryEnd;

    public static bool IsTemporary(string name) => name.EndsWith(TemporaryEnd, StringComparison.Ordinal);

    /// <summary>The numbers of the segments, ascending.</summary>
    public static long[] Segments(string[] names) => Numbers(names, SegmentStart, SegmentEnd);

    /// <summary>The numbers of the snapshots, ascending.</summary>
    public static long[] Snapshots(string[] names) => Numbers(names, SnapshotStart, SnapshotEnd);

    private static long[] Numbers(string[] names, string start, string end)
    {
        var numbers = new List<long>();
        foreach (string name in names)
        {
            if (name.Length == start.Length + 10 + end.Length && name.StartsWith(start, StringComparison.Ordinal)
                && name.EndsWith(end, StringComparison.Ordinal)
                && long.TryParse(name.AsSpan(start.Length, 10), NumberStyles.None, CultureInfo.InvariantCulture, out long number))
                numbers.Add(number);
        }
        numbers.Sort();
        return [.. numbers];
    }
}
