namespace Rubato;

/// <summary>
/// Counts deliveries per listener and campaign over a sliding window, in fixed memory: a count-min sketch whose cells forget. It never counts
/// too few, and too many for two reasons only: other keys share both cells of a key, and a delivery is remembered up to a third of a window
/// longer than the window.
/// </summary>
/// <remarks>
/// Two rows of cells, one cell per key in each; the smaller is the count. A cell holds the number of the newest third of a window that it knows
/// (32 bits) and a count for it and each of the three thirds before (8 bits each): four thirds cover the window whatever the moment. With k keys alive
/// and c cells per row a key shares both its cells with probability (1 − e^(−k/c))²: 1 % at k = c/10. Thread-safe, lock-free, allocates nothing.
/// A clock that jumps back finds the window that it left, and counts on in it.
/// </remarks>
internal sealed class FrequencyCounter
{
    /// <summary>Deliveries in a third of a window that can be counted; more are taken for "too many".</summary>
    public const int ThirdMax = 254;

    private const int Thirds = 4, Full = 255;
    private static readonly long Epoch = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks; // thirds of a second then last until 2065

    private readonly ulong[] _cells; // [2, cells per row]
    private readonly int _rowBits;
    private readonly long _thirdTicks;

    /// <param name="windowSeconds">1 or more</param>
    /// <param name="bytes">memory, a power of two, at least 64</param>
    public FrequencyCounter(int windowSeconds, int bytes)
    {
        _rowBits = int.Log2(bytes) - 4; // two rows of 8-byte cells
        _cells = new ulong[2 << _rowBits];
        _thirdTicks = (windowSeconds * TimeSpan.TicksPerSecond + 2) / 3; // rounded up: four of them are never less than a window and what is left of one
    }

    /// <summary>Deliveries in the window, or <see cref="int.MaxValue"/> where they are beyond counting.</summary>
    public int Count(ulong listener, uint campaign, long nowTicks)
    {
        (int first, int second) = CellsOf(listener, campaign);
        uint third = ThirdOf(nowTicks);
        return Math.Min(Sum(Turned(Volatile.Read(ref _cells[first]), third)), Sum(Turned(Volatile.Read(ref _cells[second]), third)));
    }

    /// <summary>Counts one delivery more, unless there would then be more than deliveriesMax in the window.</summary>
    /// <param name="listener">whom</param> <param name="campaign">what</param> <param name="nowTicks">when, UTC ticks</param> <param name="deliveriesMax">1 or more</param>
    /// <param name="taken">what <see cref="Undo"/> wants back, where the delivery does not take place after all</param>
    public bool TryAdd(ulong listener, uint campaign, long nowTicks, int deliveriesMax, out FrequencyTaken taken)
    {
        (int first, int second) = CellsOf(listener, campaign);
        taken = default;
        if (Count(listener, campaign, nowTicks) >= deliveriesMax) return false; // leaves the cells of a listener who has had enough unwritten
        uint third = ThirdOf(nowTicks);
        int sumFirst = Add(first, third, out uint thirdFirst), sumSecond = Add(second, third, out uint thirdSecond);
        taken = new FrequencyTaken(first, thirdFirst, second, thirdSecond);
        if (Math.Min(sumFirst, sumSecond) <= deliveriesMax) return true;
        Undo(taken); // others added meanwhile: between two at the same moment neither may win, never both
        return false;
    }

    /// <summary>Takes back what <see cref="TryAdd"/> counted.</summary>
    public void Undo(in FrequencyTaken taken)
    {
        Subtract(taken.FirstCell, taken.FirstThird);
        Subtract(taken.SecondCell, taken.SecondThird);
    }

    private (int First, int Second) CellsOf(ulong listener, uint campaign)
    {
        ulong hash = Mix(listener ^ Mix(campaign));
        uint mask = (1u << _rowBits) - 1;
        return ((int)((uint)hash & mask), (int)((uint)(hash >> 32) & mask | 1u << _rowBits));
    }

    private uint ThirdOf(long ticks) => ticks <= Epoch ? 0 : (uint)Math.Min(uint.MaxValue, (ticks - Epoch) / _thirdTicks);

    // The sum afterwards, and the third that was counted in: the cell may know a later one.
    private int Add(int cell, uint third, out uint counted)
    {
        ref ulong at = ref _cells[cell];
        ulong seen = Volatile.Read(ref at);
        while (true)
        {
            ulong next = Turned(seen, third);
            if ((byte)next != Full) next++;
            counted = (uint)(next >> 32);
            ulong before = Interlocked.CompareExchange(ref at, next, seen);
            if (before == seen) return Sum(next);
            seen = before;
        }
    }

    private void Subtract(int cell, uint third)
    {
        ref ulong at = ref _cells[cell];
        ulong seen = Volatile.Read(ref at);
        while ((uint)(seen >> 32) - third is var age && age < Thirds)
        {
            int shift = 8 * (int)age;
            if ((byte)(seen >> shift) is 0 or Full) return; // a count that overflowed is not known any more
            ulong before = Interlocked.CompareExchange(ref at, seen - (1UL << shift), seen);
            if (before == seen) return;
            seen = before;
        }
    }

    // The cell as of a third: older counts move up a byte for every third that has passed, and out.
    private static ulong Turned(ulong cell, uint third)
    {
        uint at = (uint)(cell >> 32);
        if (third <= at) return cell;
        uint counts = third - at < Thirds ? (uint)cell << (8 * (int)(third - at)) : 0;
        return (ulong)third << 32 | counts;
    }

    private static int Sum(ulong cell)
    {
        int sum = 0;
        for (int third = 0; third < Thirds; third++, cell >>= 8)
        {
            if ((byte)cell == Full) return int.MaxValue;
            sum += (byte)cell;
        }
        return sum;
    }

    // The finaliser of MurmurHash3 for 64 bits.
    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCD;
        x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53;
        return x ^ (x >> 33);
    }
}
