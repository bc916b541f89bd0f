using System.Text.Json;

namespace Rubato.Server.Commands;

/// <summary>The result of a solve as JSON, as a line, and as a folder.</summary>
/// <param name="solution">the answer</param>
/// <param name="made">the problem's origin in a catalogue; null where it came as a folder</param>
/// <param name="loadSeconds">reading and validating the problem</param>
/// <param name="judged">what the checker found; null where it was not asked</param>
internal sealed class SolveReport(AllocationSolution solution, CatalogueAllocation? made, double loadSeconds, AllocationCertificate? judged)
{
    private const double CheckTolerance = 1e-9; // relative: both sides sum in double, in another order
    private const double ViolationMax = 1e-9;

    public void WriteFolder(string folder)
    {
        if (made is null) AllocationPriceFolder.Write(folder, solution.Prices);
        else WriteMade(folder, made);
        NpyFile.Write<float>(Path.Combine(folder, "allocation.npy"), solution.Allocation);
        using var stream = new FileStream(Path.Combine(folder, "certificate.json"), FileMode.Create, FileAccess.Write);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        Write(json);
        json.WriteStartArray("shortfall_by_campaign");
        foreach (double missed in solution.Certificate.ShortfallByCampaign) json.WriteNumberValue(missed);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // The prices under the ids that serving knows; the problem itself and the track of each edge, so that the allocation can be read.
    private void WriteMade(string folder, CatalogueAllocation origin)
    {
        AllocationPriceFolder.Write(folder, solution.Prices, origin.CampaignIds, [], origin.CohortIds);
        string problem = Path.Combine(folder, "problem");
        AllocationFolder.Write(problem, origin.Problem.Columns);
        NpyFile.Write<long>(Path.Combine(problem, "track.npy"), origin.TrackIds);
    }

    public void Write(Utf8JsonWriter json)
    {
        WriteCertificate(json, solution.Certificate);
        json.WriteNumber("passes", solution.Passes);
        json.WriteNumber("seconds", solution.Seconds.Total);
        json.WriteStartObject("seconds_by_part");
        json.WriteNumber("layout", solution.Seconds.Layout);
        json.WriteNumber("dual", solution.Seconds.Dual);
        json.WriteNumber("primal", solution.Seconds.Primal);
        json.WriteEndObject();
        json.WriteNumber("load_seconds", loadSeconds);
        json.WriteString("variant", solution.KernelName);
        json.WriteBoolean("reached", solution.Reached);
        if (judged is null) return;
        json.WriteStartObject("checked");
        WriteCertificate(json, judged);
        json.WriteBoolean("agrees", Agrees(judged));
        json.WriteEndObject();
    }

    /// <summary>Why the command fails; null where it does not.</summary>
    public string? Problem(double gap, bool cancelled)
        => judged is not null && !Agrees(judged) ? $"the checker found dual {judged.Dual:g12}, primal {judged.Primal:g12}, violation "
            + $"{judged.Violations.Largest:g3}, the solver dual {solution.Certificate.Dual:g12}, primal {solution.Certificate.Primal:g12}"
        : solution.Reached ? null
        : $"{(cancelled ? "cancelled: " : "")}gap {solution.Certificate.Gap:g3} after {solution.Passes:g4} passes (wanted {gap:g3}); the best answer was written";

    public override string ToString()
        => $"value {solution.Certificate.Primal:g10} of at most {solution.Certificate.Dual:g10}: gap {solution.Certificate.Gap:g3}, "
            + $"largest violation {solution.Certificate.Violations.Largest:g3}, promises missed {solution.Certificate.Shortfall:g4}, "
            + $"{solution.Passes:g4} passes, {solution.Seconds.Total:f3} s ({solution.KernelName})";

    private static void WriteCertificate(Utf8JsonWriter json, AllocationCertificate certificate)
    {
        json.WriteNumber("dual", certificate.Dual);
        json.WriteNumber("primal", certificate.Primal);
        json.WriteNumber("gap", certificate.Gap);
        json.WriteNumber("violation", certificate.Violations.Largest);
        json.WriteStartObject("violations");
        json.WriteNumber("budget", certificate.Violations.Budget);
        json.WriteNumber("licensor", certificate.Violations.Licensor);
        json.WriteNumber("cohort", certificate.Violations.Cohort);
        json.WriteNumber("slots", certificate.Violations.Slots);
        json.WriteEndObject();
        json.WriteNumber("shortfall", certificate.Shortfall);
    }

    private bool Agrees(AllocationCertificate other)
    {
        double size = Math.Max(Math.Abs(other.Dual), Math.Abs(other.Primal));
        return Math.Abs(other.Dual - solution.Certificate.Dual) <= CheckTolerance * size
            && Math.Abs(other.Primal - solution.Certificate.Primal) <= CheckTolerance * size
            && other.Violations.Largest <= ViolationMax;
    }
}
