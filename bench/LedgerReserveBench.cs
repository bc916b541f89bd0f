using BenchmarkDotNet.Attributes;

namespace Rubato.Bench;

/// <summary>What does a reservation cost the request that makes it, beside a bare atomic subtraction, and an event the thread that applies it?</summary>
[MemoryDiagnoser, MinColumn]
public class LedgerReserveBench
{
    private const int Operations = 16_000;
    private const long Micros = 1_500;

    private readonly string _folder = Directory.CreateTempSubdirectory("rubato-ledger-").FullName;
    private readonly ReservationId[] _ids = new ReservationId[Operations];
    private BudgetLedger _ledger = null!;
    private BudgetAccount _account = null!;
    private long _rest;

    [GlobalSetup]
    public void Open()
    {
        _ledger = BudgetLedger.Open(_folder, new LedgerOptions { LeaseReservationsMax = 16_384, LeaseReservationsMin = 16_384, Background = false });
        _account = _ledger.SetBudget(1, 1L << 50);
    }

    [GlobalCleanup]
    public void Close()
    {
        _ledger.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A fresh lease for every iteration.</summary>
    [IterationSetup(Targets = [nameof(AtomicSubtraction), nameof(Reserve)])]
    public void OpenLease()
    {
        foreach (LeaseState lease in _ledger.OpenLeases(1)) _ledger.CloseLease(1, lease.Lease);
        _rest = long.MaxValue;
        if (!_ledger.Prepare(1, Micros)) throw new InvalidOperationException("no lease");
    }

    /// <summary>And its reservations, for the events.</summary>
    [IterationSetup(Target = nameof(SettleWithoutWaiting))]
    public void ReserveAll()
    {
        OpenLease();
        for (int i = 0; i < Operations; i++)
        {
            if (!_account.TryReserve(Micros, out _ids[i])) throw new InvalidOperationException("the lease is too small");
        }
        _ledger.Commit(LedgerDurability.Fsynced);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    public long AtomicSubtraction()
    {
        for (int i = 0; i < Operations; i++) Interlocked.Add(ref _rest, -Micros);
        return _rest;
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public int Reserve()
    {
        int reserved = 0;
        for (int i = 0; i < Operations; i++) reserved += _account.TryReserve(Micros, out _) ? 1 : 0;
        return reserved == Operations ? reserved : throw new InvalidOperationException("the lease is too small");
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public int SettleWithoutWaiting()
    {
        int settled = 0;
        foreach (ReservationId id in _ids) settled += _ledger.Settle(id, LedgerDurability.None) == EventOutcome.Settled ? 1 : 0;
        return settled == Operations ? settled : throw new InvalidOperationException("not settled");
    }
}
