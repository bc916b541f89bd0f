using Rubato.Kernels.Cuda;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>What keeps a device from being used is said in one line that names it.</summary>
public class CudaDriverTests
{
    [Fact]
    public void AMachineWithoutADriverSaysSo()
    {
        CudaException failure = Assert.Throws<CudaException>(() => CudaDriver.Open("/nowhere/libcuda.so.1"));
        Assert.Equal("no NVIDIA driver: /nowhere/libcuda.so.1 cannot be loaded", failure.Message);
    }

    [SkippableFact]
    public void ALibraryThatLacksAFunctionIsTooOld()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs a Linux library");
        Assert.Contains("too old: libc.so.6 lacks a function", Assert.Throws<CudaException>(() => CudaDriver.Open("libc.so.6")).Message);
    }

    [SkippableFact]
    public void DevicesAreDescribed()
    {
        using FakeDriver fake = FakeDriver.Start();
        fake.Configure(version: 13010, devices: 2);
        fake.Device(1, "Little GPU", major: 8, minor: 6, memory: 6L << 30);
        CudaDriver driver = CudaDriver.Open(fake.Library);
        Assert.Equal((2, "13.1"), (driver.DeviceCount, driver.VersionText));
        Assert.Equal(new CudaDevice(1, 1, "Little GPU", 8, 6, 6L << 30, 132, CudaComputeMode.Shared, 13010), driver.Describe(1));
        Assert.Null(driver.Describe(1).Reason);
    }

    [SkippableFact]
    public void NoDeviceIsNamedByTheDriver()
    {
        using FakeDriver fake = FakeDriver.Start();
        fake.Configure(devices: 0);
        CudaException failure = Assert.Throws<CudaException>(() => CudaDriver.Open(fake.Library));
        Assert.Equal(("cuInit: CUDA_ERROR_NO_DEVICE (said by the fake driver)", CudaResult.NoDevice), (failure.Message, failure.Result));
    }

    [SkippableFact]
    public void AnErrorThatTheDriverCannotNameKeepsItsNumber()
    {
        using FakeDriver fake = FakeDriver.Start();
        fake.Fail("cuInit", (CudaResult)12345);
        Assert.Equal("cuInit: CUDA error 12345", Assert.Throws<CudaException>(() => CudaDriver.Open(fake.Library)).Message);
    }

    [SkippableFact]
    public void ADeviceBelowTheTargetIsRefused()
    {
        using FakeDriver fake = FakeDriver.Start();
        fake.Device(name: "Old GPU", major: 7, minor: 5);
        Assert.Equal("Old GPU has compute capability 7.5; 8.0 or higher is needed", Refusal(fake));
        Assert.Equal(0, fake.Count("cuDevicePrimaryCtxRetain"));
    }

    [SkippableFact]
    public void AProhibitedDeviceIsRefused()
    {
        using FakeDriver fake = FakeDriver.Start();
        fake.Device(mode: CudaComputeMode.Prohibited);
        Assert.StartsWith("Fake GPU is in compute mode prohibited", Refusal(fake));
    }

    [SkippableFact]
    public void ADeviceThatAnotherProcessHoldsIsRefused()
    {
        using FakeDriver fake = FakeDriver.Start();
        fake.Device(mode: CudaComputeMode.ExclusiveProcess, heldByAnother: true);
        Assert.Equal("Fake GPU is held by another process (compute mode ExclusiveProcess, CUDA_ERROR_DEVICE_UNAVAILABLE)", Refusal(fake));
    }

    [SkippableFact]
    public void AFailedOpeningReleasesTheContext()
    {
        using FakeDriver fake = FakeDriver.Start();
        fake.Fail("cuMemGetInfo_v2", CudaResult.InvalidValue);
        Assert.Contains("cuMemGetInfo: CUDA_ERROR_INVALID_VALUE", Refusal(fake));
        Assert.Equal(0, fake.LiveObjects);
    }

    private static string Refusal(FakeDriver fake)
    {
        CudaDriver driver = CudaDriver.Open(fake.Library);
        return Assert.Throws<CudaException>(() => CudaContext.Open(driver, driver.Describe(0))).Message;
    }
}
