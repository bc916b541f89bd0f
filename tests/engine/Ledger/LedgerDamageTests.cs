using System.Buffers.Binary;
using Rubato.Kernels.Checksums;

namespace Rubato.Tests.Ledgers;

public class LedgerDamageTests
{
    private const string First = "journal-0000000001.log";

    [Fact]
    public void AJournalCutAtAnyByteOpensWithTheRecordsBeforeTheCut()
    {
        Dictionary<string, byte[]> files = SmallJournal();
        byte[] whole = files[First];
        for (int length = 0; length < whole.Length; length++)
        {
            files[First] = whole[..length];
            Dictionary<uint, JournalBudget> expected = JournalReader.Read(files);
            var world = new LedgerWorld(FaultyFiles.Of(files));
            using BudgetLedger ledger = world.Open();
            AssertEqual(expected, ledger);
            ledger.SetBudget(99, 5); // and goes on behind the cut
            AssertEqual(JournalReader.Read(world.Files.Contents()), ledger);
        }
    }

    [Theory, InlineData(3)]
    public void AFlippedBitIsRefusedWithItsByteOrCutWithItsBatch(int seed)
    {
        var random = new Random(seed);
        Dictionary<string, byte[]> files = SmallJournal();
        byte[] whole = files[First];
        int durable = LastMark(whole), refused = 0; // the place that the last mark calls durable: damage before it cannot be a torn tail
        Assert.InRange(durable, whole.Length / 2, whole.Length);
        for (int place = 0; place < whole.Length; place++)
        {
            byte[] damaged = (byte[])whole.Clone();
            damaged[place] ^= (byte)(1 << random.Next(8));
            files[First] = damaged;
            try
            {
                using BudgetLedger ledger = new LedgerWorld(FaultyFiles.Of(files)).Open();
                Assert.True(place >= durable, $"byte {place}: opened");
                AssertEqual(JournalReader.Read(files), ledger);
            }
            catch (LedgerException refusal)
            {
                refused++;
                Assert.True(place < durable, $"byte {place}: {refusal.Message}");
                Assert.InRange(refusal.Offset!.Value, place < 64 ? 0 : place - 40, place); // the record that holds the bit
                Assert.StartsWith($"/faulty/{First}: byte {refusal.Offset}: ", refusal.Message);
            }
        }
        Assert.Equal(durable, refused);
    }

    [Theory, InlineData(4)]
    public void AFlippedBitAnywhereInASnapshotOrAnEarlierSegmentOrTheKeyIsRefused(int seed)
    {
        var random = new Random(seed);
        Dictionary<string, byte[]> files = SnapshotAndTwoSegments();
        Assert.Equal(["journal-0000000002.log", "journal-0000000003.log", "ledger.key", "snapshot-0000000002.bin"], files.Keys.Order());
        foreach (string name in files.Keys.Where(name => name != "journal-0000000003.log").ToArray())
        {
            byte[] whole = files[name];
            for (int place = 0; place < whole.Length; place++)
            {
                byte[] damaged = (byte[])whole.Clone();
                damaged[place] ^= (byte)(1 << random.Next(8));
                files[name] = damaged;
                LedgerException refusal = Assert.Throws<LedgerException>(() => new LedgerWorld(FaultyFiles.Of(files)).Open());
                Assert.Contains(name, refusal.Message);
                Assert.InRange(refusal.Offset!.Value, 0, place);
            }
            files[name] = whole;
        }
    }

    [Fact]
    public void AMissingFileIsNamed()
    {
        foreach (string name in new[] { "journal-0000000002.log", "journal-0000000003.log", "ledger.key" })
        {
            Dictionary<string, byte[]> files = SnapshotAndTwoSegments();
            if (name == "journal-0000000003.log") files["journal-0000000004.log"] = files[name];
            files.Remove(name);
            Assert.Contains($"{name}: is missing", Assert.Throws<LedgerException>(() => new LedgerWorld(FaultyFiles.Of(files)).Open()).Message);
        }
    }

    [Fact]
    public void AFileOfAnotherLedgerIsRefused()
    {
        Dictionary<string, byte[]> files = SmallJournal(), other = SmallJournal();
        files["ledger.key"] = other["ledger.key"];
        Assert.Equal($"/faulty/{First}: byte 0: belongs to another ledger",
            Assert.Throws<LedgerException>(() => new LedgerWorld(FaultyFiles.Of(files)).Open()).Message);
    }

    [Theory, InlineData(First), InlineData("ledger.key")]
    public void AFileOfANewerVersionIsRefused(string name)
    {
        Dictionary<string, byte[]> files = SmallJournal();
        BinaryPrimitives.WriteUInt16LittleEndian(files[name].AsSpan(8), 2);
        BinaryPrimitives.WriteUInt32LittleEndian(files[name].AsSpan(60), Crc32C.Compute(files[name].AsSpan(0, 60)));
        string expected = $"/faulty/{name}: byte 0: written by a newer version (2; this one reads 1)";
        Assert.Equal(expected, Assert.Throws<LedgerException>(() => new LedgerWorld(FaultyFiles.Of(files)).Open()).Message);
        files[name] = files[name][..64]; // also where it holds nothing yet
        Assert.Equal(expected, Assert.Throws<LedgerException>(() => new LedgerWorld(FaultyFiles.Of(files)).Open()).Message);
    }

    [Theory]
    [InlineData(200, "a record of unknown kind 200")]
    [InlineData((byte)RecordKind.Budget, "a record of kind 2 with 1 bytes")]
    public void ARecordThatMakesNoSenseIsRefusedWithItsByte(byte kind, string problem)
    {
        Dictionary<string, byte[]> files = SmallJournal();
        byte[] frame = new byte[RecordFrame.HeaderBytes + 1];
        RecordFrame.Write(frame, [kind]);
        int place = files[First].Length;
        files[First] = [.. files[First], .. frame];
        Assert.Equal($"/faulty/{First}: byte {place}: {problem}", Assert.Throws<LedgerException>(() => new LedgerWorld(FaultyFiles.Of(files)).Open()).Message);
    }

    [Fact]
    public void RecordsThatContradictTheirPastAreRefused()
    {
        object[] records =
        [
            new LedgerRecords.Budget { Kind = RecordKind.Budget, Account = 0, Campaign = 8, Micros = 5 },
            new LedgerRecords.Budget { Kind = RecordKind.Budget, Account = 0, Campaign = 7, Micros = 1 },
            new LedgerRecords.Grant { Kind = RecordKind.Grant, Account = 0, Lease = 2, Slots = 64, Micros = 10_000_000 },
            new LedgerRecords.Grant { Kind = RecordKind.Grant, Account = 0, Lease = 9, Slots = 64, Micros = 1 },
            new LedgerRecords.Seal { Kind = RecordKind.Seal, Account = 0, Lease = 77, Count = 1, Micros = 1 },
            new LedgerRecords.Close { Kind = RecordKind.Close, Account = 0, Lease = 1, SettledMicros = 1_000 },
            new LedgerRecords.Event { Kind = RecordKind.Event, Outcome = EventOutcome.Settled, AmountClass = 9 },
        ];
        foreach (object record in records)
        {
            Dictionary<string, byte[]> files = SmallJournal();
            long place = files[First].Length;
            files[First] = [.. files[First], .. Frame(record)];
            Assert.Equal(place, Assert.Throws<LedgerException>(() => new LedgerWorld(FaultyFiles.Of(files)).Open()).Offset);
        }
    }

    private static byte[] Frame(object record)
    {
        ReadOnlySpan<byte> payload = record switch
        {
            LedgerRecords.Budget budget => RecordFrame.Payload(budget),
            LedgerRecords.Grant grant => RecordFrame.Payload(grant),
            LedgerRecords.Seal seal => RecordFrame.Payload(seal),
            LedgerRecords.Close close => RecordFrame.Payload(close),
            LedgerRecords.Event one => RecordFrame.Payload(one),
            _ => throw new ArgumentException(record.ToString()),
        };
        byte[] frame = new byte[RecordFrame.HeaderBytes + payload.Length];
        RecordFrame.Write(frame, payload);
        return frame;
    }

    // Two campaigns, leases open, sealed and closed, events of every outcome; as a kill leaves it.
    private static Dictionary<string, byte[]> SmallJournal()
    {
        var world = new LedgerWorld();
        BudgetLedger ledger = world.Open();
        ledger.SetBudget(7, 2_000);
        ledger.SetBudget(8, 500);
        ReservationId late = LedgerWorld.Reserve(ledger, 8, 100);
        ledger.CloseLease(8, 1);
        ledger.Settle(late, LedgerDurability.Journalled);
        for (int i = 0; i < 20; i++)
        {
            ReservationId id = LedgerWorld.Reserve(ledger, 7, i % 2 == 0 ? 30 : 45);
            if (i % 5 == 0) ledger.Release(id, LedgerDurability.Journalled);
            else ledger.Settle(id, i % 3 == 0 ? LedgerDurability.Fsynced : LedgerDurability.None);
        }
        ledger.Commit(LedgerDurability.Fsynced);
        ledger.SetBudget(8, 700);
        return world.Files.Contents();
    }

    private static Dictionary<string, byte[]> SnapshotAndTwoSegments()
    {
        var world = new LedgerWorld(FaultyFiles.Of(SmallJournal()));
        BudgetLedger ledger = world.Open(options => options with { SegmentBytes = 4096 });
        ledger.Compact();
        for (long i = 0; !world.Files.Names().Contains("journal-0000000003.log"); i++) ledger.SetBudget(8, 700 + i);
        return world.Files.Contents();
    }

    private static int LastMark(byte[] journal)
    {
        int durable = 0;
        for (int at = 64; at < journal.Length; at += 8 + BinaryPrimitives.ReadInt32LittleEndian(journal.AsSpan(at)))
        {
            if (journal[at + 8] == (byte)RecordKind.Mark) durable = BinaryPrimitives.ReadInt32LittleEndian(journal.AsSpan(at + 16));
        }
        return durable;
    }

    private static void AssertEqual(Dictionary<uint, JournalBudget> expected, BudgetLedger ledger)
    {
        Assert.Equal(expected.Keys.Order(), ledger.Campaigns().Order());
        foreach ((uint campaign, JournalBudget budget) in expected)
        {
            BudgetState state = ledger.State(campaign);
            Assert.Equal((budget.Budget, budget.Free, budget.Open, budget.Settled, budget.LateEvents),
                (state.BudgetMicros, state.FreeMicros, state.RestMicros + state.ReservedMicros, state.SettledMicros, state.LateEvents));
        }
    }
}
