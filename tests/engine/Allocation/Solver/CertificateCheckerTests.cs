namespace Rubato.Tests;

public class CertificateCheckerTests
{
    // One listener with one slot, two campaigns; spend 2 of a budget of 1 caps campaign 0 at a half.
    private static AllocationProblem Problem => new(new AllocationColumns
    {
        Starts = [0, 2], Campaigns = [0, 1], Values = [3, 1], Spends = [2, 0], Slots = [1], Budgets = [1, double.PositiveInfinity],
    });

    [Fact]
    public void TheBestPricesProveTheBestAllocation()
    {
        AllocationCertificate certificate = CertificateChecker.Check(Problem, Prices(1), [0.5f, 0.5f]);
        Assert.Equal((2, 2, 0), (certificate.Primal, certificate.Dual, certificate.Violations.Largest)); // r = 3 − 2·1 = 1, and 1: bound 1 + 1
    }

    [Fact]
    public void OtherPricesProveLess() => Assert.Equal(3, CertificateChecker.Bound(Problem, Prices(0)));

    [Theory]
    [InlineData(1f, 0f, 1, 0)]
    [InlineData(0.5f, 1f, 0, 0.5)]
    [InlineData(0f, 1.25f, 0, 0.25)]
    [InlineData(0.25f, -0.5f, 0, 0.5)]
    public void ViolationsAreRelative(float first, float second, double budget, double slots)
    {
        AllocationViolations found = CertificateChecker.Violations(Problem, [first, second]);
        Assert.Equal((budget, slots), (found.Budget, found.Slots));
    }

    [Fact]
    public void PricesOutOfRangeProveNothing()
    {
        Assert.Throws<ArgumentException>(() => CertificateChecker.Check(Problem, Prices(-1), [0, 0]));
        Assert.Throws<ArgumentException>(() => CertificateChecker.Check(Problem, new AllocationPrices([1, 1], [], [], []), [0, 0])); // no budget, no price
        Assert.Throws<ArgumentException>(() => CertificateChecker.Check(Problem, Prices(0), [0]));
    }

    private static AllocationPrices Prices(double budget) => new([budget, 0], [], [], []);
}
