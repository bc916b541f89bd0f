using System.Text.Json;
using Rubato.Kernels.Cuda;
using Rubato.Kernels.Similarity;
using Rubato.Server.Commands;
using Rubato.Tests.Kernels.Cuda;
using Rubato.Tests.Support;

namespace Rubato.Tests;

public sealed class DoctorCommandTests
{
    private static readonly VariantReport Sound = new("scan/vector", true, null, true, true, 0, 12.5, 3.25);
    private static readonly VariantReport Missing = new("scan/amx-int8", false, "the CPU has no AMX int8", false, false, 0, 0, 0);
    private static readonly Lazy<AllocationCheck> Pass = new(() => new AllocationCheck(listeners: 40, campaigns: 20));
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
        int code = DoctorCommand.Tell(reports, gpu: null, reason: null, asJson, output, error);
        return (code, output.ToString(), error.ToString());
    }

    [SkippableFact]
    public void DevicesAreCheckedAndTold()
    {
        using FakeDriver fake = FakeDriver.Start();
        fake.Configure(devices: 2);
        fake.Device(1, "Old GPU", major: 7, minor: 0);
        fake.Kernels = FakeKernels.And(new PtxKernels(fake));
        CheckData[] sets = [new("random", 700, 33, 3, (random, _, _) => random.NextSingle() - 0.5f)];
        var begun = new List<string>();
        GpuReport report = GpuCheck.Run(new CudaOptions { Library = fake.Library }, sets, rows: 1000, batches: [1, 9], Pass, begun.Add);
        Assert.Equal(["cuda-int8", "int8 rows", "fp16 rows", "fp32 rows", "int8 (few blocks) rows", "the allocation pass", "1,000 rows", "cuda-int8", "cuda-int8, 1 queries", "cuda-int8, 9 queries",
            "cuda-fp16, 1 queries", "cuda-fp32, 1 queries"], begun);
        Assert.Null(fake.KernelFault);
        Assert.True(report.Passed);
        using StringWriter output = new(), error = new();
        Assert.Equal(0, DoctorCommand.Tell([Sound], report, reason: null, asJson: false, output, error));
        Assert.Contains("Fake GPU: compute capability 9.0, 132 multiprocessors, 1.1 GB, driver for CUDA 12.4", output.ToString());
        Assert.Contains("not used: Old GPU has compute capability 7.0", output.ToString());
        Assert.Contains("compared with the reference on 1 sets: equal", output.ToString());
        Assert.Contains("fp16 rows, finished by the device: equal, 0 queries by the CPU", output.ToString());

        using StringWriter json = new();
        Assert.Equal(0, DoctorCommand.Tell([Sound], report, reason: null, asJson: true, json, error));
        JsonElement gpu = JsonDocument.Parse(json.ToString()).RootElement.GetProperty("gpu");
        Assert.True(gpu.GetProperty("passed").GetBoolean());
        Assert.True(gpu.GetProperty("devices")[0].GetProperty("copy_gbps").GetDouble() >= 0);
        Assert.Equal(["cuda-int8 1", "cuda-int8 9", "cuda-fp16 1", "cuda-fp32 1"],
            gpu.GetProperty("runs").EnumerateArray().Select(run => $"{run.GetProperty("variant")} {run.GetProperty("batch")}"));
        Assert.All(gpu.GetProperty("runs").EnumerateArray(), run => Assert.True(run.GetProperty("device_seconds").GetDouble() > 0));
        Assert.Contains(gpu.GetProperty("devices")[0].GetProperty("kernels").EnumerateArray(), kernel => kernel.GetProperty("entry").GetString() == "scan_int8");
        Assert.InRange(gpu.GetProperty("allocation").GetProperty("max_error").GetDouble(), 0, 1e-11);
        Assert.Equal("", error.ToString());
        Assert.Equal(0, fake.LiveObjects);
    }

    [SkippableFact]
    public void ADeviceThatFailsOrErrsEndsWithExitCode1()
    {
        using FakeDriver fake = FakeDriver.Start();
        FakeDriver.Kernel kernels = FakeKernels.And(new PtxKernels(fake));
        fake.Kernels = launch =>
        {
            kernels(launch);
            if (launch.Entry == "raise_bar") FakeKernels.Forget(launch); // a hit of the first query is lost
        };
        CheckData[] sets = [new("random", 700, 33, 3, (random, _, _) => random.NextSingle() - 0.5f)];
        GpuReport wrong = GpuCheck.Run(new CudaOptions { Library = fake.Library }, sets, rows: 1000, batches: [1], Pass);
        Assert.False(wrong.Passed);
        using StringWriter output = new(), error = new();
        Assert.Equal(1, DoctorCommand.Tell([], wrong, reason: null, asJson: true, output, error));
        Assert.StartsWith("rubato: the CUDA scan differs from the reference by up to", error.ToString());
        fake.Fail("kernel", (CudaResult)719);
        GpuReport failed = GpuCheck.Run(new CudaOptions { Library = fake.Library }, sets, rows: 1000, batches: [1], Pass);
        Assert.StartsWith("a CUDA device failed: cuda-int8: cuEventSynchronize on Fake GPU: CUDA error 719; the CPU takes over", GpuText.Problem(failed));
        Assert.Equal(["int8 rows: cuMemGetInfo: CUDA error 719", "fp16 rows: cuMemGetInfo: CUDA error 719", "fp32 rows: cuMemGetInfo: CUDA error 719",
            "int8 (few blocks) rows: cuMemGetInfo: CUDA error 719", "the allocation pass: cuMemGetInfo: CUDA error 719"], failed.Failures.Where(failure => failure.Contains("cuMemGetInfo")));
        Assert.Equal(9, failed.Devices[0].Kernels.Count); // what came before is told
        Assert.Equal(double.NaN, failed.MaxError);
        Assert.Empty(failed.Runs); // and nothing that the CPU did instead
        using StringWriter json = new(), text = new();
        Assert.Equal(1, DoctorCommand.Tell([], failed, reason: null, asJson: true, json, error));
        JsonElement gpu = JsonDocument.Parse(json.ToString()).RootElement.GetProperty("gpu");
        Assert.Equal((failed.Failures.Count, JsonValueKind.Null), (gpu.GetProperty("failures").GetArrayLength(), gpu.GetProperty("queries_min").ValueKind));
        Assert.Equal(1, DoctorCommand.Tell([], failed, reason: null, asJson: false, text, error));
        Assert.Contains("\nFAILED: cuda-int8: cuEventSynchronize on Fake GPU", text.ToString());
    }

    [SkippableFact]
    public void AKernelThatIsRefusedOrReturnsNonsenseHidesNothingElse()
    {
        using FakeDriver fake = FakeDriver.Start();
        FakeDriver.Kernel kernels = FakeKernels.And(new PtxKernels(fake));
        fake.Kernels = launch =>
        {
            kernels(launch);
            if (launch.Entry == "take_best") FakeKernels.Scramble(launch);
        };
        CheckData[] sets = [new("random", 700, 33, 3, (random, _, _) => random.NextSingle() - 0.5f)];
        fake.Fail("cuLinkAddData_v2", CudaResult.InvalidPtx, skip: 6); // the lane's scan_fp32
        GpuReport wrong = GpuCheck.Run(new CudaOptions { Library = fake.Library }, sets, rows: 1000, batches: [1], Pass);
        Assert.Equal(double.PositiveInfinity, wrong.MaxError);
        Assert.True(wrong.Allocation!.Passed);
        Assert.Equal(["int8", "fp16", "fp32", "int8 (few blocks)"], wrong.Kinds.Select(kind => kind.Kind));
        Assert.Contains(wrong.Failures, failure => failure.StartsWith("cuda-fp32: cuLinkAddData of scan_fp32.ptx on Fake GPU: CUDA_ERROR_INVALID_PTX", StringComparison.Ordinal));
        Assert.Equal(["cuda-int8", "cuda-fp16"], wrong.Runs.Select(run => run.Variant));
        Assert.All(wrong.Runs, run => Assert.False(run.Passed));
        Assert.Equal(0, fake.LiveObjects);
    }

    [Fact]
    public void ADeviceThatFailedIsNoVariantThatPassed()
    {
        (int code, string output, string error) = Tell(asJson: false, new VariantReport("scan/cuda-int8", true, "the device is gone", true, false, 0, 1, 1));
        Assert.Equal(1, code);
        Assert.Matches("scan/cuda-int8 +FAILED +the device is gone", output);
        Assert.Equal("rubato: scan/cuda-int8 failed: the device is gone\n", error.ReplaceLineEndings("\n"));
    }

    [SkippableFact]
    public async Task WithoutADeviceTheReasonIsSaid()
    {
        Skip.If(ScanKernels.Variants[0].Available, "this machine has a CUDA device");
        using var folder = new TemporaryFolder();
        (int code, string output, string error) = await RubatoCommand.Run("doctor", "--gpu", "--json", "--tables", folder.File("tables.txt"));
        Assert.Equal(1, code);
        Assert.StartsWith("rubato: no CUDA device was checked: no NVIDIA driver: ", error);
        JsonElement gpu = JsonDocument.Parse(output).RootElement.GetProperty("gpu");
        Assert.False(gpu.GetProperty("available").GetBoolean());
        Assert.StartsWith("no NVIDIA driver", gpu.GetProperty("reason").GetString());
        Assert.Contains("scan/scalar ", File.ReadAllText(folder.File("tables.txt")));
        Assert.Contains("--gpu-rows 5 is not an integer from 1000 to 16000000", await RubatoCommand.Refused(2, "doctor", "--gpu-rows", "5"));
    }
}
