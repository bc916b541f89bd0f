using Rubato.Kernels.Allocation;
using Rubato.Kernels.Cuda;
using Rubato.Tests.Kernels.Cuda;

namespace Rubato.Tests;

/// <summary>The pass on a device: through the driver layer, on the fake driver, its PTX interpreted.</summary>
public sealed class OracleCudaTests
{
    private const int Campaigns = 12;

    [SkippableFact]
    public void TheDevicesSumsAreTheReferences()
    {
        using FakeDriver fake = FakeDriver.Start();
        var kernels = new PtxKernels(fake);
        fake.Kernels = kernels.Run;
        (EdgeSlices edges, OraclePrices prices) = Problem(1);
        (EdgeSlices Edges, OraclePrices Prices) other = Problem(2);
        using (var kernel = new OracleCuda(CudaExecutor.Open(new CudaOptions { Library = fake.Library }), OracleKernels.Scalar))
        {
            Assert.Equal((OracleCuda.VariantName, true), (kernel.Name, kernel.IsDouble));
            Close(Sums(OracleKernels.Scalar, edges, prices), Sums(kernel, edges, prices));
            Close(Sums(OracleKernels.Scalar, other.Edges, other.Prices), Sums(kernel, other.Edges, other.Prices)); // another problem takes the place of the first
            Assert.Null(fake.KernelFault);
            Assert.Equal(["oracle", "oracle_totals", "oracle", "oracle_totals"], kernels.Launches);
        }
        Assert.Equal(0, fake.LiveObjects);
        Assert.DoesNotContain(fake.Calls, call => call.StartsWith("LEAK", StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData("kernel", 719)]
    [InlineData("cuMemAlloc_v2", 2)]
    [InlineData("cuMemcpyHtoDAsync_v2", 700)]
    [InlineData("cuModuleLoadDataEx", 218)]
    public void ADeviceThatFailsLeavesThePassToTheCpu(string call, int result)
    {
        using FakeDriver fake = FakeDriver.Start();
        (EdgeSlices edges, OraclePrices prices) = Problem(3);
        OracleSums expected = Sums(OracleKernels.Scalar, edges, prices);
        using (var kernel = new OracleCuda(CudaExecutor.Open(new CudaOptions { Library = fake.Library }), OracleKernels.Scalar))
        {
            fake.Fail(call, (CudaResult)result);
            for (int pass = 0; pass < 2; pass++) Assert.Equal(expected.Campaign, Sums(kernel, edges, prices).Campaign);
            Assert.StartsWith($"cuda-double, then {OracleKernels.Scalar.Name}: ", kernel.Name);
            Assert.Contains("CUDA", kernel.Name);
        }
        Assert.Equal(0, fake.LiveObjects);
    }

    [SkippableTheory]
    [InlineData("cuMemAlloc_v2", 2)]
    [InlineData("cuMemcpyHtoDAsync_v2", 2)]
    public void EdgesThatDoNotFitLeaveNothingOnTheDevice(string call, int result)
    {
        using FakeDriver fake = FakeDriver.Start();
        (EdgeSlices edges, OraclePrices prices) = Problem(3);
        using var kernel = new OracleCuda(CudaExecutor.Open(new CudaOptions { Library = fake.Library }), OracleKernels.Scalar);
        int before = fake.Live(FakeDriver.Kind.Memory);
        fake.Fail(call, (CudaResult)result, skip: 3);
        Sums(kernel, edges, prices);
        Assert.StartsWith("cuda-double, then ", kernel.Name);
        Assert.Equal(before, fake.Live(FakeDriver.Kind.Memory));
    }

    [SkippableFact]
    public void SecondDerivativesComeFromTheCpu()
    {
        using FakeDriver fake = FakeDriver.Start();
        (EdgeSlices edges, OraclePrices prices) = Problem(4);
        using var kernel = new OracleCuda(CudaExecutor.Open(new CudaOptions { Library = fake.Library }), OracleKernels.Scalar);
        var curvature = new DenseCurvature(RandomSlices.Rows(Campaigns, edges.CohortCount), edges.WidthMax);
        var sums = new OracleSums(edges, curvature);
        sums.Clear(withCurvature: true);
        kernel.Evaluate(edges, prices, 0, edges.SliceCount, sums);
        Assert.Contains(curvature.Packed, value => value != 0);
        Assert.Equal((0, OracleCuda.VariantName), (fake.Count("cuLaunchKernel"), kernel.Name));
    }

    [SkippableFact]
    public void WithoutADeviceTheReasonIsSaid()
    {
        Skip.If(Rubato.Kernels.Similarity.ScanKernels.Variants[0].Available, "this machine has a CUDA device");
        Assert.StartsWith("variant \"cuda-double\" cannot run here: no NVIDIA driver", Assert.Throws<NotSupportedException>(() => OracleKernels.Pick("cuda-double")).Message);
        Assert.Contains("cuda-double", OracleKernels.Names);
    }

    private static (EdgeSlices Edges, OraclePrices Prices) Problem(int seed)
    {
        EdgeSlices edges = RandomSlices.Slices(RandomSlices.Columns(seed, 60, Campaigns, floors: true, slotsMax: 2), Campaigns);
        return (edges, RandomSlices.Prices(seed, Campaigns, edges.CohortCount, offsets: true, smoothing: 0.1));
    }

    private static OracleSums Sums(IOracleKernel kernel, EdgeSlices edges, OraclePrices prices)
    {
        var sums = new OracleSums(edges, curvature: null);
        kernel.Evaluate(edges, prices, 0, edges.SliceCount, sums);
        return sums;
    }

    private static void Close(OracleSums expected, OracleSums actual)
    {
        double[] All(OracleSums sums) => [.. sums.Campaign, .. sums.Quality, sums.Bound, sums.Linear, sums.Square];
        foreach ((double wanted, double found) in All(expected).Zip(All(actual))) Assert.Equal(wanted, found, 1e-11 * (1 + Math.Abs(wanted)));
    }
}
