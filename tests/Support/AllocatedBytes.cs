namespace Rubato.Tests.Support;

/// <summary>Managed memory that the calling thread takes for a piece of work.</summary>
internal static class AllocatedBytes
{
    private const int Rounds = 8;

    /// <summary>
    /// The least of several rounds, after one that lets buffers grow. What the work allocates is in every round; what the runtime allocates on
    /// the same thread, now and then, while it compiles a hot method anew (its tables of constants: some 0.8 to 8 KB), is not.
    /// </summary>
    public static long Least(Action work)
    {
        work();
        return LeastOf(() =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            work();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
    }

    /// <summary>The least of several rounds that each tell what they have allocated.</summary>
    public static long LeastOf(Func<long> round) => Enumerable.Range(0, Rounds).Select(_ => round()).Min();
}
