using System.Numerics;

namespace Rubato;

/// <summary>Counts the slots that each licensor fills in one slate; a hash table that forgets in one step.</summary>
internal sealed class LicensorCounter
{
    private readonly Entry[] _entries;
    private readonly int _shift;
    private uint _slate;

    /// <param name="slotsMax">most licensors that are ever counted at once</param>
    public LicensorCounter(int slotsMax)
    {
        int bits = BitOperations.Log2((uint)slotsMax) + 2; // at least twice as many places as licensors: probes stay short
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

    /// <summary>Adds a slot to a licensor, unless it has slotsMax already.</summary>
    public bool TryAdd(uint licensor, int slotsMax)
    {
        int mask = _entries.Length - 1;
        for (int at = (int)(licensor * 2654435769u >> _shift); ; at = (at + 1) & mask) // golden ratio: spreads dense ids
        {
            ref Entry entry = ref _entries[at];
            if (entry.Slate != _slate) entry = new Entry { Slate = _slate, Licensor = licensor };
            if (entry.Licensor != licensor) continue;
            if (entry.Slots == slotsMax) return false;
            entry.Slots++;
            return true;
        }
    }

    private struct Entry
    {
        public uint Slate, Licensor;
        public int Slots;
    }
}
