namespace Rubato.Tests;

/// <summary>Ranks that are threads of the test process: the distributed solve without a network.</summary>
internal sealed class ThreadRanks(int rank, ThreadRanks.Job job) : IRankExchange
{
    public int Rank => rank;

    public int Size => job.Size;

    public static T[] Run<T>(int size, Func<IRankExchange, T> work)
    {
        var job = new Job(size);
        T[] results = new T[size];
        Thread[] threads = [.. Enumerable.Range(0, size).Select(rank => new Thread(() => results[rank] = work(new ThreadRanks(rank, job))))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        return results;
    }

    public void Sum(Span<double> values) => Reduce(values, (a, b) => a + b);

    public void Max(Span<double> values) => Reduce(values, Math.Max);

    public float[] Gather(float[] part, int[] counts)
    {
        job.Parts[rank] = Array.ConvertAll(part, value => (double)value);
        job.Barrier.SignalAndWait();
        Assert.Equal(counts, job.Parts.Select(values => values.Length));
        float[] whole = rank == 0 ? [.. job.Parts.SelectMany(values => values).Select(value => (float)value)] : [];
        job.Barrier.SignalAndWait();
        return whole;
    }

    private void Reduce(Span<double> values, Func<double, double, double> combine)
    {
        job.Parts[rank] = values.ToArray();
        job.Barrier.SignalAndWait();
        for (int i = 0; i < values.Length; i++) values[i] = job.Parts.Select(part => part[i]).Aggregate(combine);
        job.Barrier.SignalAndWait();
    }

    internal sealed class Job(int size)
    {
        public int Size => size;

        public Barrier Barrier { get; } = new(size);

        public double[][] Parts { get; } = new double[size][];
    }
}
