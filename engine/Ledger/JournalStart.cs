namespace Rubato;

/// <summary>Where recovery leaves the journal: the segment to append to, its durable bytes, and those of all segments that were read.</summary>
internal readonly record struct JournalStart(ulong LedgerId, ILedgerFile File, long Segment, long Bytes, long BytesRead);
