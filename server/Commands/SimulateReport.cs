using System.Globalization;
using System.Text.Json;

namespace Rubato.Server.Commands;

/// <summary>What rubato simulate prints and writes.</summary>
internal static class SimulateReport
{
    /// <summary>Writes what one policy did: POLICY.csv and POLICY.svg.</summary>
    public static void WriteFiles(string folder, SimulationWorld world, SimulationResult result)
    {
        using (StreamWriter csv = File.CreateText(Path.Combine(folder, result.Policy + ".csv")))
        {
            csv.WriteLine("time,campaign,delivered,spent_micros,target_micros,lambda,admission");
            foreach (SpendRecord record in result.Records)
            {
                csv.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{record.Time:yyyy-MM-ddTHH:mm:ssZ},{world.Campaigns.Ids[record.Campaign]},{record.Delivered},{record.SpentMicros},{record.TargetMicros},{record.Lambda:r},{record.Admission:r}"));
            }
        }
        File.WriteAllText(Path.Combine(folder, result.Policy + ".svg"), SpendPlot.Draw(world, result));
    }

    /// <summary>The table for people.</summary>
    public static void Print(TextWriter output, string label, SimulationWorld world, IEnumerable<SimulationResult> results)
    {
        output.WriteLine(label);
        output.WriteLine(Invariant(
            $"{world.Requests} requests, {world.Campaigns.Count} campaigns, {world.Options.Hours} h; optimum in hindsight at most {world.OptimumBound:0.###}, reached by {world.OptimumValue:0.###} with {world.OptimumBudgetUsed:0.000} of the budgets"));
        output.WriteLine("policy     value/optimum  budget used  least used  worst deviation  of 95 %  of the total  deliveries");
        foreach (SimulationResult result in results)
        {
            output.WriteLine(Invariant(
                $"{result.Policy,-10} {result.ValueRatio,13:0.0000} {result.BudgetUsed,12:0.0000} {result.LeastBudgetUsed,11:0.0000} {result.WorstDeviation,16:0.0000} {result.UsualDeviation,8:0.0000} {result.TotalDeviation,13:0.0000} {result.Deliveries,11}"));
        }
    }

    /// <summary>The properties of the JSON line.</summary>
    public static void Write(Utf8JsonWriter json, string data, SimulationWorld world, IReadOnlyList<SimulationResult> results)
    {
        json.WriteString("data", data);
        json.WriteString("campaigns_are", "synthetic");
        json.WriteNumber("seed", world.Options.Seed);
        json.WriteNumber("hours", world.Options.Hours);
        json.WriteNumber("shock_factor", world.Options.ShockFactor);
        json.WriteString("curve", world.Options.EvenCurve ? "even" : "traffic");
        json.WriteNumber("requests", world.Requests);
        json.WriteNumber("campaigns", world.Campaigns.Count);
        json.WriteNumber("optimum_bound", world.OptimumBound);
        json.WriteNumber("optimum_value", world.OptimumValue);
        json.WriteNumber("optimum_budget_used", world.OptimumBudgetUsed);
        json.WriteStartArray("policies");
        foreach (SimulationResult result in results)
        {
            json.WriteStartObject();
            json.WriteString("policy", result.Policy);
            json.WriteNumber("value", result.Value);
            json.WriteNumber("value_ratio", result.ValueRatio);
            json.WriteNumber("budget_used", result.BudgetUsed);
            json.WriteNumber("least_budget_used", result.LeastBudgetUsed);
            json.WriteNumber("worst_deviation", result.WorstDeviation);
            json.WriteNumber("usual_deviation", result.UsualDeviation);
            json.WriteNumber("total_deviation", result.TotalDeviation);
            json.WriteNumber("deliveries", result.Deliveries);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
