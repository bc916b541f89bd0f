using System.Text;

namespace Rubato;

/// <summary>The attribute columns of an open catalogue, one value per row. Spans must not be used after the catalogue is disposed.</summary>
public sealed class TrackAttributes
{
    private readonly MappedFile _file;
    private readonly int _rows;
    private readonly long _licensors;
    private readonly long _releaseDays;
    private readonly long _marketMasks;
    private readonly long _flags;

    internal TrackAttributes(MappedFile file, SnapshotHeader header)
    {
        _file = file;
        _rows = header.Rows;
        _licensors = header.Section(SectionKind.Licensors).Offset;
        _releaseDays = header.Section(SectionKind.ReleaseDays).Offset;
        _marketMasks = header.Section(SectionKind.MarketMasks).Offset;
        _flags = header.Section(SectionKind.Flags).Offset;
        SectionEntry markets = header.Section(SectionKind.Markets);
        string codes = Encoding.Latin1.GetString(file.Span<byte>(markets.Offset, (int)markets.Bytes));
        Markets = [.. codes.Chunk(MarketCode.Bytes).Select(code => new string(code))];
    }

    /// <summary>[rows], 0 = none.</summary>
    public ReadOnlySpan<uint> Licensors => _file.Span<uint>(_licensors, _rows);

    /// <summary>[rows], days since 1970-01-01, <see cref="TrackColumns.ReleaseDayUnknown"/> where unknown.</summary>
    public ReadOnlySpan<int> ReleaseDays => _file.Span<int>(_releaseDays, _rows);

    /// <summary>[rows, 4]: bit m = available in Markets[m], bit 255 = available everywhere.</summary>
    public ReadOnlySpan<ulong> MarketMasks => _file.Span<ulong>(_marketMasks, _rows * TrackColumns.MaskWords);

    /// <summary>ISO 3166-1 alpha-2 codes of the markets that some track names, ascending.</summary>
    public IReadOnlyList<string> Markets { get; }

    internal ReadOnlySpan<byte> Flags => _file.Span<byte>(_flags, _rows);

    /// <summary>Whether a track is explicit.</summary>
    /// <param name="row">0 to rows − 1</param>
    public bool IsExplicit(int row) => (Flags[row] & TrackColumns.ExplicitFlag) != 0;
}
