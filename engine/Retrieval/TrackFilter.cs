namespace Rubato;

/// <summary>A request's filters, as a bitmap over the catalogue for searches and as reasons for the few rows of a named list.</summary>
internal static class TrackFilter
{
    /// <summary>Writes the bitmap of the rows that may be given.</summary>
    public static void Fill(Catalogue catalogue, in RequestRow request, Span<ulong> allowed) =>
        catalogue.Filters.Fill(MarketIndex(catalogue, request.Market), !request.ExcludeExplicit, request.DeniedLicensors.Span, allowed);

    /// <summary>Says of each row why it may not be given, or None.</summary>
    public static void Explain(Catalogue catalogue, in RequestRow request, ReadOnlySpan<int> rows, Span<BlockReason> reasons)
    {
        TrackAttributes attributes = catalogue.Attributes;
        int market = MarketIndex(catalogue, request.Market);
        for (int i = 0; i < rows.Length; i++)
        {
            int row = rows[i];
            reasons[i] = market != RowFilterIndex.AnyMarket && !IsAvailable(attributes, row, market) ? BlockReason.Market
                : request.ExcludeExplicit && attributes.IsExplicit(row) ? BlockReason.Explicit
                : request.DeniedLicensors.Span.Contains(attributes.Licensors[row]) ? BlockReason.LicensorDenied
                : BlockReason.None;
        }
    }

    /// <summary>A market that no track names has the index after the last, whose bit no mask sets.</summary>
    private static bool IsAvailable(TrackAttributes attributes, int row, int market)
    {
        ReadOnlySpan<ulong> mask = attributes.MarketMasks.Slice(row * TrackColumns.MaskWords, TrackColumns.MaskWords);
        return HasBit(mask, TrackColumns.EverywhereBit) || HasBit(mask, market);
    }

    private static bool HasBit(ReadOnlySpan<ulong> mask, int bit) => ((mask[bit >> 6] >> (bit & 63)) & 1) != 0;

    private static int MarketIndex(Catalogue catalogue, Market market) =>
        market.IsNone ? RowFilterIndex.AnyMarket : catalogue.Filters.MarketIndex([market.First, market.Second]);
}
