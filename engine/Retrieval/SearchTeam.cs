using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>The threads of a <see cref="RowSearcher"/>: the caller's, and workers that do one share of a search each.</summary>
/// <remarks>
/// Pinned workers stay on a processor of their own. The calling thread is not ours to pin: there is one worker more than needed, and the
/// one on the caller's processor sleeps, so that no share waits for another.
/// </remarks>
internal sealed class SearchTeam : IDisposable
{
    private readonly SearchWorker[] _workers;

    /// <param name="threads">at least 1, the caller's included</param>
    /// <param name="pin">keep each worker on a processor of its own, where the process may use as many (Linux)</param>
    public SearchTeam(int threads, bool pin)
    {
        Threads = threads;
        int[] processors = pin && threads > 1 ? ThreadPlan.Processors(threads) : [];
        IsPinned = processors.Length > 0;
        _workers = IsPinned
            ? [.. processors.Select(processor => new SearchWorker(processor))]
            : [.. Enumerable.Range(0, threads - 1).Select(_ => new SearchWorker(SearchWorker.AnyProcessor))];
    }

    /// <summary>Threads, the calling one included.</summary>
    public int Threads { get; }

    /// <summary>Each worker is kept on a processor of its own.</summary>
    public bool IsPinned { get; }

    /// <summary>Calls work(0) here and work(1) to work(shares − 1) on workers, and waits for all, whatever they throw.</summary>
    /// <param name="work">does a share; called by one caller of the team at a time</param>
    /// <param name="shares">1 to <see cref="Threads"/></param>
    /// <returns>the sum of what they did</returns>
    public ScanStatistics Run(Func<int, ScanStatistics> work, int shares)
    {
        int resting = RestingWorker();
        for (int share = 1; share < shares; share++)
            Worker(share, resting).Start(work, share);
        ScanStatistics statistics;
        try
        {
            statistics = work(0);
        }
        finally
        {
            for (int share = 1; share < shares; share++)
                Worker(share, resting).Wait();
        }
        for (int share = 1; share < shares; share++)
            statistics += Worker(share, resting).Result();
        return statistics;
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        foreach (SearchWorker worker in _workers) worker.Dispose();
    }

    private SearchWorker Worker(int share, int resting) => _workers[share <= resting ? share - 1 : share];

    /// <summary>The pinned worker on the caller's processor, or the first where the caller runs elsewhere; none of those that are not pinned.</summary>
    private int RestingWorker()
    {
        if (!IsPinned) return _workers.Length;
        int processor = CpuAffinity.Current();
        for (int worker = 0; worker < _workers.Length; worker++)
            if (_workers[worker].Processor == processor) return worker;
        return 0;
    }
}
