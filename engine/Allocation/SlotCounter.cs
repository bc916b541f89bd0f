using System.Numerics;

namespace Rubato;

/// <summary>Counts the slots that each licensor, or each track, fills in one slate; a hash table that forgets in one step.</summary>
internal sealed class SlotCounter
{
    private readonly Entry[] _entries;
    private readonly int _shift;
    private uint _slate;

    /// <param name="keysMax">most keys that are ever looked up in one slate</param>
    public SlotCounter(int keysMax)
    {
        int bits = BitOperations.Log2((uint)keysMax) + 2; // at least twice as many places as keys: probes stay short
        _entries = new Entry[1 << bits];
        _shift = 32 - bits;
    }

    /// <summary>Forgets all counts.</summary>
    public void Clear()
    {
        if (++_slate != 0) return;
        Array.Clear(_entries); // after 2³² slates the marks of old ones would look new
        _slate = 1;
    }

    /// <summary>The slots of a key, to be read and written.</summary>
    public ref int Of(uint key)
    {
        int mask = _entries.Length - 1;
        for (int at = (int)(key * 2654435769u >> _shift); ; at = (at + 1) & mask) // golden ratio: spreads dense ids
        {
            ref Entry entry = ref _entries[at];
            if (entry.Slate != _slate) entry = new Entry { Slate = _slate, Key = key };
            if (entry.Key == key) return ref entry.Slots;
        }
    }

    private struct Entry
    {
        public uint Slate, Key;
        public int Slots;
    }
}
