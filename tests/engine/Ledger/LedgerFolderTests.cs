using Rubato.Tests.Support;

namespace Rubato.Tests.Ledgers;

public sealed class LedgerFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ALedgerOnDiskIsThereAgain()
    {
        ReservationId id;
        string path = _folder.File("ledger");
        using (BudgetLedger ledger = BudgetLedger.Open(path, new LedgerOptions()))
        {
            ledger.SetBudget(7, 1000);
            id = LedgerWorld.Reserve(ledger, 7, 5);
        }
        using BudgetLedger again = BudgetLedger.Open(path, new LedgerOptions());
        Assert.Equal(EventOutcome.Settled, again.Settle(id, LedgerDurability.Fsynced));
        Assert.Equal(5, JournalReader.ReadFolder(path)[7].Settled);
        again.Compact();
        Assert.Equal(5, JournalReader.ReadFolder(path)[7].Settled);
        Assert.Equal(["journal-0000000002.log", "ledger.key", "lock", "snapshot-0000000002.bin"],
            Directory.EnumerateFiles(path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ManyShortRunsDoNotMakeTheJournalLong()
    {
        var options = new LedgerOptions { Background = false, CompactBytes = 4096 };
        for (int run = 0; run < 30; run++)
        {
            using BudgetLedger ledger = BudgetLedger.Open(_folder.Path, options);
            for (int i = 0; i < 10; i++) ledger.SetBudget(7, 1000 * run + i);
            ledger.Maintain();
        }
        Assert.InRange(Directory.EnumerateFiles(_folder.Path).Sum(path => new FileInfo(path).Length), 64, 3 * 4096);
        Assert.Equal(29_009, JournalReader.ReadFolder(_folder.Path)[7].Budget);
    }

    [SkippableFact]
    public void OnlyTheOwnerReadsIt()
    {
        Skip.If(OperatingSystem.IsWindows(), "Unix permissions");
        if (OperatingSystem.IsWindows()) return; // the analyser does not know Skip
        string path = _folder.File("ledger");
        using BudgetLedger ledger = BudgetLedger.Open(path, new LedgerOptions());
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(path) & Others);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(path, "ledger.key")) & Others);
    }

    [Fact]
    public void TheSecondToOpenItIsRefusedUntilTheFirstCloses()
    {
        BudgetLedger first = BudgetLedger.Open(_folder.Path, new LedgerOptions());
        LedgerException refusal = Assert.Throws<LedgerException>(() => BudgetLedger.Open(_folder.Path, new LedgerOptions()));
        Assert.Contains("another process has this ledger open", refusal.Message);
        first.Dispose();
        BudgetLedger.Open(_folder.Path, new LedgerOptions()).Dispose();
    }

    [Fact]
    public void ALockThatCannotBeOpenedIsNotTakenForAnotherProcess()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "ledger", "lock"));
        string message = Assert.Throws<LedgerException>(() => BudgetLedger.Open(_folder.File("ledger"), new LedgerOptions())).Message;
        Assert.EndsWith("lock: cannot be opened: access denied, or not a regular file", message);
    }

    [Fact]
    public void AFolderThatCannotBeMadeIsNamed()
    {
        string path = Path.Combine(_folder.Write("file", [1]), "ledger");
        Assert.StartsWith(path, Assert.Throws<LedgerException>(() => BudgetLedger.Open(path, new LedgerOptions())).Message);
    }

    [Theory]
    [InlineData(nameof(LedgerOptions.LeaseFraction))]
    [InlineData(nameof(LedgerOptions.LeaseReservationsMin))]
    [InlineData(nameof(LedgerOptions.LeaseReservationsMax))]
    [InlineData(nameof(LedgerOptions.LeaseMicrosMax))]
    [InlineData(nameof(LedgerOptions.ReservationSeconds))]
    [InlineData(nameof(LedgerOptions.SegmentBytes))]
    public void OptionsOutOfRangeAreNamed(string name)
    {
        var options = new LedgerOptions();
        options = name switch
        {
            nameof(LedgerOptions.LeaseFraction) => options with { LeaseFraction = 0 },
            nameof(LedgerOptions.LeaseReservationsMin) => options with { LeaseReservationsMin = 0 },
            nameof(LedgerOptions.LeaseReservationsMax) => options with { LeaseReservationsMax = 16_385 },
            nameof(LedgerOptions.LeaseMicrosMax) => options with { LeaseMicrosMax = 1L << 48 },
            nameof(LedgerOptions.ReservationSeconds) => options with { ReservationSeconds = 0 },
            _ => options with { SegmentBytes = 4095 },
        };
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => BudgetLedger.Open(_folder.Path, options)).ParamName);
    }
}
