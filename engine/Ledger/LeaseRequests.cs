namespace Rubato;

/// <summary>The accounts that want a lease. Asking neither blocks nor allocates: requests wait for it to return.</summary>
internal sealed class LeaseRequests
{
    private readonly AutoResetEvent _asked = new(false); // left to its finalizer: a request may ask while the ledger closes
    private BudgetAccount? _head;

    /// <summary>Set when nothing more may be reserved.</summary>
    public volatile bool IsClosed;

    /// <summary>Adds an account that is not in the list; its link is the list's until <see cref="TakeAll"/>.</summary>
    public void Ask(BudgetAccount account)
    {
        BudgetAccount? head;
        do
        {
            head = Volatile.Read(ref _head);
            account.NextAsking = head;
        }
        while (Interlocked.CompareExchange(ref _head, account, head) != head);
        if (head is null) _asked.Set();
    }

    /// <summary>Empties the list; the accounts hang together by <see cref="BudgetAccount.NextAsking"/>.</summary>
    public BudgetAccount? TakeAll() => Interlocked.Exchange(ref _head, null);

    /// <summary>Waits until somebody asks, but not longer.</summary>
    public void Wait(int millis) => _asked.WaitOne(millis);

    /// <summary>Ends a wait.</summary>
    public void Wake() => _asked.Set();
}
