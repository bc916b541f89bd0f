using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Rubato.Bench;

/// <summary>A number made of a benchmark's shortest iteration and its parameters.</summary>
/// <param name="name">column title</param>
/// <param name="legend">what it means</param>
/// <param name="format">how it is printed</param>
/// <param name="value">parameters, seconds → number; NaN prints a dash</param>
internal sealed class RooflineColumn(string name, string legend, string format, Func<BenchmarkCase, double, double> value) : IColumn
{
    public string Id => name;

    public string ColumnName => name;

    public string Legend => legend;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        double number = summary[benchmarkCase]?.ResultStatistics is { } times ? value(benchmarkCase, 1e-9 * times.Min) : double.NaN;
        return double.IsNaN(number) ? "-" : number.ToString(format, CultureInfo.InvariantCulture);
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);
}
