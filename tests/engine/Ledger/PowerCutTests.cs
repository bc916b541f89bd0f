namespace Rubato.Tests.Ledgers;

public class PowerCutTests
{
    [Theory, InlineData(0), InlineData(250), InlineData(500), InlineData(750)] // 10,000 by bench's crash command
    public void NoPromiseIsBroken(int firstSeed)
    {
        long durableEvents = 0;
        for (int seed = firstSeed; seed < firstSeed + 250; seed++)
        {
            try
            {
                durableEvents += PowerCutRun.Run(seed).DurableEvents;
            }
            catch (Exception failure)
            {
                Assert.Fail($"seed {seed}: {failure}");
            }
        }
        Assert.InRange(durableEvents, 2500, long.MaxValue); // the runs do what they are about
    }

    [Fact]
    public void ADiskThatDoesNotSynchroniseContentsIsNoticed() => Assert.True(Violations(files => files.IgnoresSync = true) > 20);

    [Fact]
    public void ADiskThatDoesNotSynchroniseNamesIsNoticed() => Assert.True(Violations(files => files.IgnoresFolderSync = true) > 20);

    private static int Violations(Action<FaultyFiles> spoil) => Enumerable.Range(0, 100).Count(seed =>
    {
        try
        {
            PowerCutRun.Run(seed, spoil);
            return false;
        }
        catch (Exception failure) when (failure is CrashViolation or LedgerException or InvalidDataException)
        {
            return true;
        }
    });
}
