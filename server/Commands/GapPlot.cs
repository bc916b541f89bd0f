using System.Globalization;
using System.Text;

namespace Rubato.Server.Commands;

/// <summary>Draws the gap over the passes as an SVG, both axes readable in light and dark surroundings.</summary>
internal static class GapPlot
{
    private const double Width = 640, Height = 360, Left = 64, Right = 16, Top = 24, Bottom = 48;
    private const double GapFloor = 1e-12;

    public static string Draw(IReadOnlyList<AllocationProgress> history, double gapWanted)
    {
        double passesMax = Math.Max(1, history.Count == 0 ? 1 : history[^1].Passes);
        double low = Math.Min(gapWanted, history.Count == 0 ? gapWanted : history.Min(step => Math.Min(Floor(step.Gap), Floor(step.EstimatedGap))));
        int decades = Math.Max(1, (int)Math.Ceiling(-Math.Log10(low)));
        double X(double passes) => Left + (Width - Left - Right) * passes / passesMax;
        double Y(double gap) => Top + (Height - Top - Bottom) * Math.Clamp(-Math.Log10(gap), 0, decades) / decades;
        var svg = new StringBuilder();
        svg.Append(Invariant($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{Height}\" font-family=\"sans-serif\" font-size=\"12\">\n"));
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        for (int decade = 0; decade <= decades; decade++)
        {
            double y = Y(Math.Pow(10, -decade));
            svg.Append(Invariant($"<path d=\"M{Left} {y:f1}H{Width - Right}\" stroke=\"#ddd\"/><text x=\"{Left - 8}\" y=\"{y + 4:f1}\" text-anchor=\"end\">1e-{decade}</text>\n"));
        }
        for (int tick = 0; tick <= 4; tick++)
        {
            double passes = passesMax * tick / 4;
            svg.Append(Invariant($"<text x=\"{X(passes):f1}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{passes:f0}</text>\n"));
        }
        svg.Append(Invariant($"<text x=\"{Width / 2}\" y=\"{Height - 10}\" text-anchor=\"middle\">passes over the edges</text>\n"));
        svg.Append(Invariant($"<path d=\"M{Left} {Y(gapWanted):f1}H{Width - Right}\" stroke=\"#b00\" stroke-dasharray=\"4 4\"/>\n"));
        Line("#999", step => step.EstimatedGap);
        Line("#06c", step => step.Gap);
        svg.Append(Invariant($"<text x=\"{Width - Right}\" y=\"{Top - 8}\" text-anchor=\"end\"><tspan fill=\"#06c\">certified gap</tspan>  <tspan fill=\"#999\">estimate of the point</tspan>  <tspan fill=\"#b00\">wanted</tspan></text>\n"));
        svg.Append("</svg>\n");
        return svg.ToString();

        void Line(string colour, Func<AllocationProgress, double> gap)
        {
            IEnumerable<string> points = history.Select(step => Invariant($"{X(step.Passes):f1},{Y(Floor(gap(step))):f1}"));
            svg.Append(Invariant($"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" points=\"{string.Join(' ', points)}\"/>\n"));
        }
    }

    private static double Floor(double gap) => Math.Clamp(gap, GapFloor, 1);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
