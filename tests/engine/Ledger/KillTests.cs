using Rubato.Tests.Support;

namespace Rubato.Tests.Ledgers;

public class KillTests
{
    [Theory, InlineData(1, 50)] // 1,000 by bench's crash command
    public void NothingAcknowledgedIsLostByAKill(int seed, int cycles)
    {
        using var folder = new TemporaryFolder();
        var run = new KillRun(folder.Path, seed);
        while (run.Done.Cycles < cycles) run.Cycle();
        Assert.InRange(run.Done.DurableEvents, 20 * cycles, long.MaxValue);
    }
}
