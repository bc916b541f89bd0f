using System.Text.Json;

namespace Rubato.Server.Commands;

/// <summary>rubato doctor --gpu: the same question, asked of the GPU.</summary>
internal static class GpuDoctor
{
    /// <summary>Prints what was found.</summary>
    /// <returns>the exit code</returns>
    public static int Tell(GpuReport report, bool asJson, TextWriter output, TextWriter error)
    {
        if (asJson) JsonLine.Write(output, json => Write(json, report));
        else Write(output, report);
        VariantReport[] wrong = [.. report.Variants.Where(variant => !variant.Passed)];
        foreach (VariantReport variant in wrong) CommandErrors.Write(error, $"{variant.Name} differs from the reference by up to {variant.MaxError}");
        return wrong.Length > 0 ? CommandErrors.Failed : CommandErrors.Done;
    }

    private static void Write(Utf8JsonWriter json, GpuReport report)
    {
        json.WriteString("gpu", report.Name);
        json.WriteString("driver", report.DriverVersion);
        json.WriteString("architecture", report.Architecture);
        json.WriteNumber("free_bytes", report.FreeBytes);
        json.WriteNumber("copy_gbps", Math.Round(report.CopyGigaBytes, 2));
        json.WriteStartArray("kernels");
        foreach (GpuKernelReport kernel in report.Kernels)
        {
            json.WriteStartObject();
            json.WriteString("name", kernel.Entry);
            json.WriteNumber("registers", kernel.Registers);
            json.WriteNumber("local_bytes", kernel.LocalBytes);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        DoctorCommand.WriteVariants(json, report.Variants);
    }

    private static void Write(TextWriter output, GpuReport report)
    {
        output.WriteLine($"{report.Name}, {report.Architecture}, CUDA {report.DriverVersion}, {report.FreeBytes / 1e9:0.0} GB free, copies {report.CopyGigaBytes:0} GB/s");
        foreach (GpuKernelReport kernel in report.Kernels)
            output.WriteLine($"{kernel.Entry,-20} {kernel.Registers,4} registers, {kernel.LocalBytes} bytes spilled");
        output.WriteLine("variant              result               max error     Gop/s      GB/s   (scans: Gop/s for 1024 queries, GB/s for one)");
        DoctorCommand.WriteVariants(output, report.Variants);
    }
}
