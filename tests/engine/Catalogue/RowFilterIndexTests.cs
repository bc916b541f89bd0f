using System.Text;
using Rubato.Tests.Support;

namespace Rubato.Tests;

public sealed class RowFilterIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(1, 1, 3), InlineData(2, 63, 3), InlineData(3, 64, 255), InlineData(4, 65, 64), InlineData(5, 1_000, 255), InlineData(6, 300, 0)]
    public void AFilterAllowsExactlyTheRowsThatTheAttributesAllow(int seed, int rows, int marketCount)
    {
        var random = new Random(seed);
        string[] markets = [.. Enumerable.Range(0, 676).Select(Code).OrderBy(_ => random.Next()).Take(marketCount)];
        TrackColumns columns = Snapshots.Columns(random, rows, markets);
        string path = _folder.File("c.rbt");
        CatalogueBuilder.Build(path, new float[rows], 1, default, columns);
        using Catalogue catalogue = Catalogue.Open(path);
        ulong[] allowed = new ulong[catalogue.Filters.Words];
        Assert.Equal((rows + 63) / 64, allowed.Length);
        uint[][] denials = [[], [0], [1], [2, 4], [9], [0, 1, 2, 3, 4]];
        foreach (string? market in (string?[])[null, "ZZ", .. markets.Take(8), .. catalogue.Attributes.Markets.TakeLast(3)])
        {
            int index = market is null ? RowFilterIndex.AnyMarket : catalogue.Filters.MarketIndex(Encoding.ASCII.GetBytes(market));
            foreach (bool allowExplicit in (bool[])[true, false])
            {
                foreach (uint[] denied in denials)
                {
                    Array.Fill(allowed, 0xDEAD_BEEF_DEAD_BEEF);
                    catalogue.Filters.Fill(index, allowExplicit, denied, allowed);
                    for (int row = 0; row < allowed.Length * 64; row++)
                        Assert.Equal(row < rows && Expected(catalogue, row, market, allowExplicit, denied), (allowed[row >> 6] >> (row & 63) & 1) != 0);
                }
            }
        }
    }

    [Fact]
    public void AMarketThatNoTrackNamesGetsTheTracksAvailableEverywhere()
    {
        var columns = new TrackColumns(4);
        columns.SetMarkets(1, "DE");
        columns.SetMarkets(2); // nowhere
        columns.SetMarkets(3, "FR", "DE", "FR");
        string path = _folder.File("c.rbt");
        CatalogueBuilder.Build(path, new float[4], 1, default, columns);
        using Catalogue catalogue = Catalogue.Open(path);
        RowFilterIndex filters = catalogue.Filters;
        Assert.Equal(["DE", "FR"], catalogue.Attributes.Markets);
        Assert.Equal(0b0001u, Allowed(filters, filters.MarketIndex("US"u8)));
        Assert.Equal(0b0001u, Allowed(filters, filters.MarketIndex("de"u8))); // not a code: never more than everywhere
        Assert.Equal(0b1011u, Allowed(filters, filters.MarketIndex("DE"u8)));
        Assert.Equal(0b1001u, Allowed(filters, filters.MarketIndex("FR"u8)));
        Assert.Equal(0b1111u, Allowed(filters, RowFilterIndex.AnyMarket));
        Assert.True(RowFilterIndex.IsMarketCode("US"u8));
        Assert.False(RowFilterIndex.IsMarketCode("us"u8) || RowFilterIndex.IsMarketCode("USA"u8) || RowFilterIndex.IsMarketCode([]));
    }

    [Fact]
    public void AWrongIndexOrLengthIsRefused()
    {
        string path = _folder.File("c.rbt");
        CatalogueBuilder.Build(path, new float[4], 1);
        using Catalogue catalogue = Catalogue.Open(path);
        Assert.Throws<ArgumentOutOfRangeException>(() => catalogue.Filters.Fill(1, true, [], new ulong[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => catalogue.Filters.Fill(-2, true, [], new ulong[1]));
        Assert.Throws<ArgumentException>(() => catalogue.Filters.Fill(-1, true, [], new ulong[2]));
    }

    private static ulong Allowed(RowFilterIndex filters, int market)
    {
        ulong[] allowed = new ulong[filters.Words];
        filters.Fill(market, allowExplicit: true, [], allowed);
        return Assert.Single(allowed);
    }

    private static string Code(int code) => $"{(char)('A' + (code / 26))}{(char)('A' + (code % 26))}";

    // Straight from the columns, bit by bit.
    private static bool Expected(Catalogue catalogue, int row, string? market, bool allowExplicit, uint[] denied)
    {
        ReadOnlySpan<ulong> mask = catalogue.Attributes.MarketMasks.Slice(row * 4, 4);
        int index = market is null ? -1 : catalogue.Attributes.Markets.ToList().IndexOf(market);
        bool everywhere = (mask[3] >> 63) != 0;
        bool here = market is null || everywhere || (index >= 0 && (mask[index / 64] >> (index % 64) & 1) != 0);
        return here && (allowExplicit || !catalogue.Attributes.IsExplicit(row)) && !denied.Contains(catalogue.Attributes.Licensors[row]);
    }
}
