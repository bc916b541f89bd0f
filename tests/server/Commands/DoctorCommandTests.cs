using System.Text.Json;
using Rubato.Server.Commands;

namespace Rubato.Tests;

public sealed class DoctorCommandTests
{
    private static readonly VariantReport Sound = new("scan/vector", true, null, true, true, 0, 12.5, 3.25);
    private static readonly VariantReport Missing = new("scan/amx-int8", false, "the CPU has no AMX int8", false, false, 0, 0, 0);
    private static readonly VariantReport Wrong = new("scan/avx512", true, null, false, false, double.PositiveInfinity, 1, 1);

    [Fact]
    public void AVariantThatDiffersIsShownAndEndsWithExitCode1()
    {
        (int code, string output, string error) = Tell(asJson: false, Sound, Missing, Wrong);
        Assert.Equal(1, code);
        string[] lines = output.Split('\n');
        Assert.Contains(lines, line => line.StartsWith("scan/vector ", StringComparison.Ordinal) && line.Contains("equal, chosen"));
        Assert.Contains(lines, line => line.StartsWith("scan/amx-int8 ", StringComparison.Ordinal) && line.EndsWith("the CPU has no AMX int8", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("scan/avx512 ", StringComparison.Ordinal) && line.Contains("DIFFERENT"));
        Assert.StartsWith("rubato: scan/avx512 differs from the reference", error);
    }

    [Fact]
    public void AVariantThatTheMachineLacksIsNoFailure() => Assert.Equal((0, ""), (Tell(false, Sound, Missing).Code, Tell(false, Sound, Missing).Error));

    [Fact]
    public void TheJsonObjectHasWhatScriptsRelyOn()
    {
        (int code, string output, _) = Tell(asJson: true, Sound, Wrong);
        Assert.Equal(1, code);
        JsonElement variants = JsonDocument.Parse(output).RootElement.GetProperty("variants");
        Assert.Equal(["name", "available", "reason", "chosen", "passed", "max_error", "gops", "gbps"], variants[0].EnumerateObject().Select(field => field.Name));
        Assert.Equal((12.5, 3.25), (variants[0].GetProperty("gops").GetDouble(), variants[0].GetProperty("gbps").GetDouble()));
        Assert.Equal(JsonValueKind.Null, variants[1].GetProperty("max_error").ValueKind); // another row: no finite difference
        Assert.False(variants[1].GetProperty("passed").GetBoolean());
    }

    private static (int Code, string Output, string Error) Tell(bool asJson, params VariantReport[] reports)
    {
        using StringWriter output = new(), error = new();
        int code = DoctorCommand.Tell(reports, asJson, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
