using System.Globalization;
using System.Text;

namespace Rubato.Server.Commands;

/// <summary>Draws delivered against target spend as SVG: one small plot per campaign, all in one picture; text readable when made a PNG.</summary>
internal static class SpendPlot
{
    private const int Columns = 8, CellWidth = 150, CellHeight = 96, Gap = 10, Head = 48;
    private const int CampaignsMax = 400; // more would be a picture that no viewer opens

    /// <param name="world">campaigns and times</param> <param name="result">what one policy made of them</param>
    public static string Draw(SimulationWorld world, SimulationResult result)
    {
        int count = Math.Min(world.Campaigns.Count, CampaignsMax), rows = (count + Columns - 1) / Columns;
        int width = Gap + Columns * (CellWidth + Gap), height = Head + rows * (CellHeight + Gap);
        var svg = new StringBuilder();
        svg.Append(Invariant($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"10\">\n"));
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        svg.Append(Invariant($"<text x=\"{Gap}\" y=\"20\" font-size=\"14\">{result.Policy}: value {result.ValueRatio:0.000} of the optimum, budget used {result.BudgetUsed:0.000}, worst deviation {result.WorstDeviation:0.000}</text>\n"));
        svg.Append(Invariant($"<text x=\"{Gap}\" y=\"38\"><tspan fill=\"#06c\">reserved and settled</tspan>  <tspan fill=\"#888\">target</tspan>  of the budget, {SimulationOptions.Start:yyyy-MM-dd HH:mm} to {world.Options.End:yyyy-MM-dd HH:mm} UTC</text>\n"));
        ILookup<int, SpendRecord> records = result.Records.ToLookup(record => record.Campaign);
        for (int campaign = 0; campaign < count; campaign++)
            Cell(svg, world, records[campaign], campaign, Gap + campaign % Columns * (CellWidth + Gap), Head + campaign / Columns * (CellHeight + Gap));
        svg.Append("</svg>\n");
        return svg.ToString();
    }

    private static void Cell(StringBuilder svg, SimulationWorld world, IEnumerable<SpendRecord> records, int index, int left, int top)
    {
        Campaign campaign = world.Campaigns.Campaigns[index];
        SpendRecord[] line = [.. records];
        svg.Append(Invariant($"<g transform=\"translate({left} {top})\"><rect width=\"{CellWidth}\" height=\"{CellHeight}\" fill=\"none\" stroke=\"#ccc\"/>"));
        Line("#888", record => record.TargetMicros);
        Line("#06c", record => record.SpentMicros);
        double used = line.Length > 0 && campaign.BudgetMicros > 0 ? (double)line[^1].SpentMicros / campaign.BudgetMicros : 0;
        svg.Append(Invariant($"<text x=\"4\" y=\"12\">{campaign.Id}</text><text x=\"{CellWidth - 4}\" y=\"{CellHeight - 5}\" text-anchor=\"end\">{100 * used:0.0} %</text></g>\n"));

        void Line(string colour, Func<SpendRecord, long> micros)
        {
            IEnumerable<string> points = line.Select(record => Invariant(
                $"{CellWidth * (record.Time - SimulationOptions.Start) / (world.Options.End - SimulationOptions.Start):0.#},{CellHeight * (1 - (double)micros(record) / Math.Max(1, campaign.BudgetMicros)):0.#}"));
            svg.Append(Invariant($"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.2\" points=\"0,{CellHeight} {string.Join(' ', points)}\"/>"));
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
