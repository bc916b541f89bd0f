using System.CommandLine;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using System.Text.Json;
using Rubato.Kernels.Cuda;

namespace Rubato.Server.Commands;

/// <summary>rubato doctor: what the machine has, which kernel variants run, and whether they are right.</summary>
internal static class DoctorCommand
{
    private static readonly Option<bool> Gpu = new("--gpu") { Description = "check and measure the CUDA devices too; exit code 1 where there is none" };
    private static readonly Option<int> GpuRows = CommandOptions.Integer("--gpu-rows", "rows of 128 values to measure them on, 512 bytes of memory each", GpuCheck.RowsMin, GpuCheck.RowsMax, byDefault: 1_000_000);
    private static readonly Option<string?> Tables = CommandOptions.OptionalPath("--tables", "file for the tables, beside the JSON object");
    private static readonly Option<bool> Json = CommandOptions.Json();

    public static Command Create()
    {
        var command = new Command("doctor", "Run every kernel variant of this machine against the reference; exit code 1 when one differs.") { Gpu, GpuRows, Tables, Json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult line)
    {
        GpuReport? gpu = null;
        string? reason = null;
        if (line.GetValue(Gpu)) // first: after a kernel has failed, the process cannot tell anything of the device any more
        {
            try
            {
                gpu = GpuCheck.Run(line.GetValue(GpuRows), what => line.InvocationConfiguration.Error.WriteLine($"checking {what}"));
            }
            catch (DeviceException failure)
            {
                reason = failure.Message;
            }
        }
        IReadOnlyList<VariantReport> reports;
        using (var progress = new ProgressLine("checking variants", VariantCheck.Count)) reports = VariantCheck.Run(progress);
        if (line.GetValue(Tables) is { } tables)
        {
            using var file = new StreamWriter(tables);
            Write(file, reports, gpu);
        }
        return Tell(reports, gpu, reason, line.GetValue(Json), line.InvocationConfiguration.Output, line.InvocationConfiguration.Error);
    }

    /// <summary>Prints what was found.</summary>
    /// <param name="reports">the variants</param>
    /// <param name="gpu">the devices; null where none were asked for, or there are none</param>
    /// <param name="reason">why there are none; null where none were asked for</param>
    /// <param name="asJson">print one JSON object</param>
    /// <param name="output">standard output</param>
    /// <param name="error">standard error</param>
    /// <returns>the exit code</returns>
    internal static int Tell(IReadOnlyList<VariantReport> reports, GpuReport? gpu, string? reason, bool asJson, TextWriter output, TextWriter error)
    {
        if (asJson)
        {
            JsonLine.Write(output, json =>
            {
                Write(json, reports);
                GpuText.Write(json, gpu, reason);
            });
        }
        else Write(output, reports, gpu);
        string[] problems =
        [
            .. reports.Where(IsWrong).Select(report => report.Reason is { } lost ? $"{report.Name} failed: {lost}" : $"{report.Name} differs from the reference by up to {report.MaxError}"),
            .. reason is null ? [] : new[] { $"no CUDA device was checked: {reason}" },
            .. gpu is null or { Passed: true } ? [] : new[] { GpuText.Problem(gpu) },
        ];
        foreach (string problem in problems) CommandErrors.Write(error, problem);
        return problems.Length > 0 ? CommandErrors.Failed : CommandErrors.Done;
    }

    private static bool IsWrong(VariantReport report) => report is { Available: true, Passed: false };

    private static void Write(Utf8JsonWriter json, IReadOnlyList<VariantReport> reports)
    {
        json.WriteString("cpu", CpuName());
        json.WriteStartArray("variants");
        foreach (VariantReport report in reports)
        {
            json.WriteStartObject();
            json.WriteString("name", report.Name);
            json.WriteBoolean("available", report.Available);
            json.WriteString("reason", report.Reason);
            json.WriteBoolean("chosen", report.Chosen);
            json.WriteBoolean("passed", report.Passed);
            if (double.IsFinite(report.MaxError)) json.WriteNumber("max_error", report.MaxError);
            else json.WriteNull("max_error"); // JSON has no infinity: a row differs
            json.WriteNumber("gops", Math.Round(report.GigaOperations, 2));
            json.WriteNumber("gbps", Math.Round(report.GigaBytes, 2));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Write(TextWriter output, IReadOnlyList<VariantReport> reports, GpuReport? gpu)
    {
        output.WriteLine($"{CpuName()}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSArchitecture}, {RuntimeInformation.FrameworkDescription}");
        output.WriteLine("variant              result               max error     Gop/s      GB/s   (one thread; scans: Gop/s for 64 queries, GB/s for one)");
        foreach (VariantReport report in reports)
        {
            string result = !report.Available ? "not here" : report.Passed ? report.Chosen ? "equal, chosen" : "equal" : report.Reason is null ? "DIFFERENT" : "FAILED";
            output.WriteLine(report.Reason is null
                ? $"{report.Name,-20} {result,-18} {report.MaxError,11:g3} {report.GigaOperations,9:0.0} {report.GigaBytes,9:0.0}"
                : $"{report.Name,-20} {result,-18} {report.Reason}");
        }
        if (gpu is not null) GpuText.Write(output, gpu);
    }

    /// <summary>The processor's own name for itself (CPUID 0x80000002 to 4); elsewhere the architecture.</summary>
    private static string CpuName()
    {
        if (!X86Base.IsSupported) return RuntimeInformation.ProcessArchitecture.ToString();
        Span<int> words = stackalloc int[12];
        for (int leaf = 0; leaf < 3; leaf++)
            (words[4 * leaf], words[4 * leaf + 1], words[4 * leaf + 2], words[4 * leaf + 3]) = X86Base.CpuId(unchecked((int)0x80000002) + leaf, 0);
        return Encoding.ASCII.GetString(MemoryMarshal.AsBytes(words)).Trim('\0', ' ');
    }
}
