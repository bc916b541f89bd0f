namespace Rubato.Tests;

public class WorkerTeamTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(5)]
    public void EveryWorkerRunsEveryRoundAlsoAfterRest(int size)
    {
        using var team = new WorkerTeam(size);
        int[] rounds = new int[size];
        for (int round = 1; round <= 300; round++)
        {
            if (round % 100 == 0) Thread.Sleep(5); // longer than the workers stay awake
            team.Run(worker => rounds[worker]++);
            Assert.All(rounds, done => Assert.Equal(round, done));
        }
    }

    [Fact]
    public void AFailureReachesTheCallerAndTheTeamGoesOn()
    {
        using var team = new WorkerTeam(3);
        Assert.Contains("worker 2", Assert.Throws<InvalidOperationException>(() => team.Run(worker =>
        {
            if (worker == 2) throw new ArgumentException("worker 2");
        })).Message);
        int ran = 0;
        team.Run(_ => Interlocked.Increment(ref ran));
        Assert.Equal(3, ran);
    }

    [SkippableFact]
    public void MovingAwayLeavesTheThreadItsPermittedProcessors()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");
        string before = "", after = "";
        var thread = new Thread(() =>
        {
            before = Permitted();
            for (int places = 1; places < 4; places++) CpuAffinity.MoveAway(Thread.GetCurrentProcessorId(), places);
            after = Permitted();
        });
        thread.Start();
        thread.Join();
        Assert.StartsWith("Cpus_allowed_list:", before);
        Assert.Equal(before, after);
    }

    private static string Permitted() => File.ReadLines("/proc/thread-self/status").Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal));
}
