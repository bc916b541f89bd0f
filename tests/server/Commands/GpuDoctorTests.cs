using System.Text.Json;
using Rubato.Kernels.Cuda;
using Rubato.Server.Commands;
using Rubato.Tests.Kernels.Cuda;
using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>rubato doctor --gpu and search --variant cuda-…, without a GPU: a fake driver, or none.</summary>
public sealed class GpuDoctorTests
{
    [SkippableFact]
    public void TheReportNamesDeviceKernelsAndVariants()
    {
        using var driver = new FakeDriver();
        using CudaDevice device = driver.Open();
        CheckData[] sets = [new("small", 90, 7, 2, (random, _, _) => random.NextSingle() - 0.5f)];
        GpuReport report = GpuCheck.Run(device, sets, sets[0], copyBytes: 4096, new AllocationCheck(listeners: 40, campaigns: 20));
        using StringWriter output = new(), error = new();
        Assert.Equal(0, GpuDoctor.Tell(report, asJson: true, output, error));
        JsonElement json = JsonDocument.Parse(output.ToString()).RootElement;
        Assert.Equal(["gpu", "driver", "architecture", "free_bytes", "copy_gbps", "kernels", "variants"], json.EnumerateObject().Select(field => field.Name));
        Assert.Equal(("Fake GPU", "12.2", "sm_90"), (json.GetProperty("gpu").GetString(), json.GetProperty("driver").GetString(), json.GetProperty("architecture").GetString()));
        Assert.Equal(["scan/cuda-int8", "scan/cuda-fp16", "scan/cuda-fp32", "oracle/cuda"], json.GetProperty("variants").EnumerateArray().Select(variant => variant.GetProperty("name").GetString()));
        Assert.All(json.GetProperty("variants").EnumerateArray(), variant => Assert.True(variant.GetProperty("passed").GetBoolean()));
        Assert.Equal(9, json.GetProperty("kernels").GetArrayLength());
        using StringWriter text = new();
        Assert.Equal(1, GpuDoctor.Tell(report with { Variants = [report.Variants[0] with { Passed = false, MaxError = 2 }] }, asJson: false, text, error));
        Assert.Contains("rubato: scan/cuda-int8 differs from the reference by up to 2", error.ToString());
        Assert.Contains("rescore                32 registers, 0 bytes spilled", text.ToString());
    }

    [SkippableTheory]
    [InlineData(11_040, 90, "too old")]
    [InlineData(12_020, 75, "sm_75")]
    public void AnUnusableDriverOrDeviceIsOneLine(int version, int architecture, string because)
    {
        using var driver = new FakeDriver();
        driver.Describe(version, 1, architecture);
        Assert.Contains(because, Assert.Throws<DeviceException>(() => GpuCheck.Run(driver.LibraryPath)).Message);
    }

    [Fact]
    public async Task WithoutADriverTheCommandsSaySoInOneLine()
    {
        Assert.Equal("rubato: no CUDA driver: libnothing.so cannot be loaded", await RubatoCommand.Refused(1, "doctor", "--gpu", "--cuda-driver", "libnothing.so"));
    }
}
