using System.Text.Json;
using Rubato.Kernels.Cuda;

namespace Rubato.Server.Commands;

/// <summary>What doctor --gpu prints.</summary>
internal static class GpuText
{
    /// <summary>Why the check failed, in one line.</summary>
    public static string Problem(GpuReport gpu) =>
        gpu.Failures.Count > 0 ? $"a CUDA device failed: {gpu.Failures[0]}"
        : gpu.MaxError != 0 ? $"the CUDA scan differs from the reference by up to {gpu.MaxError}"
        : gpu.Kinds.FirstOrDefault(kind => kind.MaxError != 0) is { } wrong ? $"the CUDA kernels for {wrong.Kind} rows differ from the reference by up to {wrong.MaxError}"
        : gpu.Allocation is { Passed: false } pass ? $"the CUDA allocation pass differs from the CPU's by up to {pass.MaxError}"
        : $"{gpu.Runs.First(run => !run.Passed).Variant} differs from the CPU for a batch of {gpu.Runs.First(run => !run.Passed).Batch}";

    /// <summary>Tables.</summary>
    public static void Write(TextWriter output, GpuReport gpu)
    {
        output.WriteLine();
        foreach (GpuDeviceReport device in gpu.Devices)
        {
            output.WriteLine($"{device.Device.Name}: compute capability {device.Device.Major}.{device.Device.Minor}, {device.Device.Multiprocessors} multiprocessors, "
                + $"{device.Device.MemoryBytes / 1e9:0.0} GB, driver for CUDA {gpu.Driver}");
            output.WriteLine($"GB/s: copy {device.Bandwidth.CopyGigaBytes:0} (read and written), upload {device.Bandwidth.UploadGigaBytes:0.0}, download {device.Bandwidth.DownloadGigaBytes:0.0}");
            foreach (CudaKernelUse kernel in device.Kernels)
                output.WriteLine($"  {kernel.Entry,-20} {kernel.Registers,4} registers {kernel.SharedBytes,6} bytes shared, {kernel.LocalBytes} spilled");
        }
        foreach (string refused in gpu.Refused) output.WriteLine($"not used: {refused}");
        output.WriteLine($"compared with the reference on {gpu.Sets} sets: {(gpu.MaxError == 0 ? "equal" : double.IsNaN(gpu.MaxError) ? "a device FAILED" : $"DIFFERENT by up to {gpu.MaxError:g3}")}");
        foreach (GpuKindReport kind in gpu.Kinds)
            output.WriteLine($"  {kind.Kind} rows, finished by the device: {(kind.MaxError == 0 ? "equal" : $"DIFFERENT by up to {kind.MaxError:g3}")}, {kind.PassedOn} queries by the CPU");
        if (gpu.Allocation is { } pass)
            output.WriteLine($"  allocation pass: {(pass.Passed ? "equal" : "DIFFERENT")} within {pass.MaxError:g2}, {pass.GigaBytes:0.0} GB/s of edges, prices up and sums down included");
        foreach (string failure in gpu.Failures) output.WriteLine($"FAILED: {failure}");
        output.WriteLine("variant          rows  batch    µs a search   on device    CPU thread   queries/s      GB/s  of copy     Gop/s  result");
        foreach (GpuRun run in gpu.Runs)
        {
            output.WriteLine($"{run.Variant,-10} {run.Rows,10} {run.Batch,6} {run.Seconds * 1e6,14:0.0} {run.DeviceSeconds * 1e6,11:0.0} {run.CpuSeconds * 1e6,13:0.0} {run.QueriesPerSecond,11:0} "
                + $"{run.GigaBytes,9:0.0} {Share(gpu, run),8:P0} {run.GigaOperations,9:0}  {(run.Passed ? "equal" : "DIFFERENT")}{(run.PassedOn > 0 ? $", {run.PassedOn} by the CPU" : "")}");
        }
        if (gpu.QueriesMin > 0) output.WriteLine(gpu.QueriesMin == int.MaxValue ? "one thread of the CPU is quicker at every batch" : $"quicker than one thread of the CPU from {gpu.QueriesMin} queries on");
    }

    /// <summary>The property gpu; left out where the devices were not asked for.</summary>
    public static void Write(Utf8JsonWriter json, GpuReport? gpu, string? reason)
    {
        if (gpu is null && reason is null) return;
        json.WriteStartObject("gpu");
        json.WriteBoolean("available", gpu is not null);
        json.WriteString("reason", reason);
        if (gpu is not null) Write(json, gpu);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, GpuReport gpu)
    {
        json.WriteString("driver", gpu.Driver);
        json.WriteStartArray("devices");
        foreach (GpuDeviceReport device in gpu.Devices)
        {
            json.WriteStartObject();
            json.WriteString("name", device.Device.Name);
            json.WriteString("capability", $"{device.Device.Major}.{device.Device.Minor}");
            json.WriteNumber("memory_bytes", device.Device.MemoryBytes);
            json.WriteNumber("multiprocessors", device.Device.Multiprocessors);
            WriteRounded(json, "copy_gbps", device.Bandwidth.CopyGigaBytes, 1);
            WriteRounded(json, "upload_gbps", device.Bandwidth.UploadGigaBytes, 1);
            WriteRounded(json, "download_gbps", device.Bandwidth.DownloadGigaBytes, 1);
            json.WriteStartArray("kernels");
            foreach (CudaKernelUse kernel in device.Kernels)
            {
                json.WriteStartObject();
                json.WriteString("entry", kernel.Entry);
                json.WriteNumber("registers", kernel.Registers);
                json.WriteNumber("shared_bytes", kernel.SharedBytes);
                json.WriteNumber("spilled_bytes", kernel.LocalBytes);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteTexts(json, "refused", gpu.Refused);
        WriteTexts(json, "failures", gpu.Failures);
        json.WriteBoolean("passed", gpu.Passed);
        json.WriteNumber("sets", gpu.Sets);
        WriteError(json, gpu.MaxError);
        json.WriteStartArray("kinds");
        foreach (GpuKindReport kind in gpu.Kinds)
        {
            json.WriteStartObject();
            json.WriteString("kind", kind.Kind);
            WriteError(json, kind.MaxError);
            json.WriteNumber("passed_on", kind.PassedOn);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (gpu.Allocation is { } pass)
        {
            json.WriteStartObject("allocation");
            json.WriteBoolean("passed", pass.Passed);
            WriteError(json, pass.MaxError);
            WriteRounded(json, "gbps", pass.GigaBytes, 2);
            json.WriteEndObject();
        }
        if (gpu.QueriesMin is 0 or int.MaxValue) json.WriteNull("queries_min");
        else json.WriteNumber("queries_min", gpu.QueriesMin);
        json.WriteStartArray("runs");
        foreach (GpuRun run in gpu.Runs)
        {
            json.WriteStartObject();
            json.WriteString("variant", run.Variant);
            json.WriteNumber("rows", run.Rows);
            json.WriteNumber("dimension", run.Dimension);
            json.WriteNumber("batch", run.Batch);
            json.WriteNumber("seconds", run.Seconds);
            json.WriteNumber("device_seconds", run.DeviceSeconds);
            json.WriteNumber("cpu_seconds", run.CpuSeconds);
            WriteRounded(json, "queries_per_second", run.QueriesPerSecond, 0);
            WriteRounded(json, "gbps", run.GigaBytes, 1);
            WriteRounded(json, "share_of_copy", Share(gpu, run), 3);
            WriteRounded(json, "gops", run.GigaOperations, 1);
            json.WriteNumber("passed_on", run.PassedOn);
            json.WriteBoolean("passed", run.Passed);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteError(Utf8JsonWriter json, double error) => WriteFinite(json, "max_error", error); // ∞: a row differs

    private static void WriteRounded(Utf8JsonWriter json, string name, double value, int digits) => WriteFinite(json, name, Math.Round(value, digits));

    /// <summary>A number; null where it is none or infinite, which JSON has no way to say.</summary>
    private static void WriteFinite(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, value);
        else json.WriteNull(name);
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    /// <summary>Bytes read on all devices, as a share of what their copies read and write together.</summary>
    private static double Share(GpuReport gpu, GpuRun run) => run.GigaBytes / gpu.Devices.Sum(device => device.Bandwidth.CopyGigaBytes);
}
