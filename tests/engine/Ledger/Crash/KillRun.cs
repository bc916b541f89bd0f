using System.Diagnostics;

namespace Rubato.Tests.Ledgers;

/// <summary>
/// Starts <see cref="LedgerLoad"/> in one folder again and again, and kills it with SIGKILL at a random moment, at work or
/// during its start. After each kill the files must keep every promise; after every second one this process opens the ledger itself
/// and sends events again.
/// </summary>
internal sealed class KillRun(string folder, int seed)
{
    private const int CyclesWatched = 10, EventsAgain = 100;

    private readonly Random _random = new(seed);
    private readonly LedgerModel _model = new();
    private readonly Queue<List<LedgerModel.Reservation>> _watched = new();

    /// <summary>Cycles, and events whose acknowledgement was not to be lost.</summary>
    public (int Cycles, long DurableEvents) Done { get; private set; }

    /// <summary>One start, one kill, and what is left.</summary>
    /// <exception cref="CrashViolation">The ledger broke a promise.</exception>
    public void Cycle()
    {
        var issued = new List<LedgerModel.Reservation>();
        using (Process process = Start())
        {
            using var atWork = new ManualResetEventSlim();
            var messages = new List<LoadMessage>();
            var reader = new Thread(() => ReadAll(process.StandardOutput.BaseStream, messages, atWork));
            reader.Start();
            KillSomeTime(process, atWork);
            reader.Join();
            foreach (LoadMessage message in messages) Follow(message, issued);
        }
        _model.Crashed();
        _watched.Enqueue(issued);
        if (_watched.Count > CyclesWatched) _model.Forget(_watched.Dequeue());
        Dictionary<uint, JournalBudget> budgets = JournalReader.ReadFolder(folder);
        foreach (JournalBudget budget in budgets.Values) _model.Check(budget, null);
        if (Done.Cycles % 2 == 1) OpenHere(budgets);
        Done = (Done.Cycles + 1, _model.DurableEvents);
    }

    // This assembly has the command in its entry point; the host is the one that runs it now.
    private Process Start()
    {
        string host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        var start = new ProcessStartInfo(host, [typeof(KillRun).Assembly.Location, LedgerLoad.Command, folder, _random.Next(1_000_000).ToString()])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_TieredPGO"] = "0"; // it does not live long enough to gain by it
        return Process.Start(start) ?? throw new InvalidOperationException("no process");
    }

    private static void ReadAll(Stream output, List<LoadMessage> messages, ManualResetEventSlim atWork)
    {
        byte[] bytes = new byte[LoadMessage.Bytes];
        while (output.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length)
        {
            messages.Add(LoadMessage.Read(bytes));
            if (messages[^1].Kind == LoadMessage.What.Answered) atWork.Set();
        }
        atWork.Set();
    }

    private void KillSomeTime(Process process, ManualResetEventSlim atWork)
    {
        if (_random.Next(8) == 0) Thread.Sleep(_random.Next(300)); // at any step of its start
        else
        {
            atWork.Wait();
            Thread.Sleep(_random.Next(60));
        }
        process.Kill();
        process.WaitForExit();
    }

    private void Follow(LoadMessage message, List<LedgerModel.Reservation> issued)
    {
        switch (message.Kind)
        {
            case LoadMessage.What.Issued:
                issued.Add(_model.Issue(message.Campaign, message.Id, message.Micros));
                break;
            case LoadMessage.What.Trying:
                _model.Try(_model.Of(message.Id), (EventOutcome)message.Detail);
                break;
            case LoadMessage.What.Answered:
                _model.Answer(_model.Of(message.Id), (EventOutcome)(message.Detail & 15), isDurable: (message.Detail & 16) != 0);
                break;
            case LoadMessage.What.Failed:
                throw new CrashViolation("the ledger failed without being killed");
        }
    }

    private void OpenHere(Dictionary<uint, JournalBudget> budgets)
    {
        using BudgetLedger ledger = BudgetLedger.Open(folder, LedgerLoad.Options with { Background = false });
        foreach (JournalBudget budget in budgets.Values)
        {
            BudgetState state = ledger.State(budget.Campaign);
            _model.Check(state);
            _model.Check(budget, state);
        }
        LedgerModel.Reservation[] some = [.. _watched.SelectMany(issued => issued)];
        _random.Shuffle(some);
        foreach (LedgerModel.Reservation reservation in some.Take(EventsAgain))
        {
            bool isOpen = ledger.OpenLeases(reservation.Campaign).Any(lease => lease.Lease == reservation.Id.Lease);
            _model.Try(reservation, EventOutcome.Settled);
            EventOutcome outcome = ledger.Settle(reservation.Id, LedgerDurability.Journalled);
            if (isOpen == (outcome == EventOutcome.Late))
                throw new CrashViolation($"{outcome} of {reservation.Id}, whose lease is {(isOpen ? "open" : "closed")}");
            _model.Answer(reservation, outcome, isDurable: true);
        }
    }
}
