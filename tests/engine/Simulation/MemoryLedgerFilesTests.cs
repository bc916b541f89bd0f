namespace Rubato.Tests;

public sealed class MemoryLedgerFilesTests
{
    [Fact]
    public void ALedgerInMemoryIsReadBack()
    {
        var files = new MemoryLedgerFiles();
        var options = new LedgerOptions { Background = false, SegmentBytes = 4096, CompactBytes = 4096 };
        using (BudgetLedger ledger = BudgetLedger.Open(files, options))
        {
            BudgetAccount account = ledger.SetBudget(7, 1_000_000);
            for (int i = 0; i < 800; i++)
            {
                Assert.True(ledger.Prepare(7, 1_000));
                Assert.True(account.TryReserve(1_000, out ReservationId id));
                Assert.Equal(EventOutcome.Settled, ledger.Settle(id, LedgerDurability.None));
                ledger.Maintain(); // rotates and compacts
            }
        }
        using BudgetLedger again = BudgetLedger.Open(files, options);
        BudgetState state = again.State(7);
        Assert.Equal(800_000, state.SettledMicros + state.ReservedMicros);
        Assert.Equal(1_000_000, state.FreeMicros + state.RestMicros + state.ReservedMicros + state.SettledMicros);
    }

    [Fact]
    public void AFileThatIsCutReadsAsZeroesWhenItGrowsAgain()
    {
        using var file = new MemoryLedgerFile();
        Assert.Equal(3, file.Write([1, 2, 3], 2));
        file.SetLength(3);
        file.SetLength(6);
        byte[] read = new byte[8];
        Assert.Equal(6, file.Read(read, 0));
        Assert.Equal([0, 0, 1, 0, 0, 0, 0, 0], read);
        Assert.Equal((6L, 0), (file.Length, file.Read(read, 6)));
    }
}
