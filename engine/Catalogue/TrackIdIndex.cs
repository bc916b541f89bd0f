using System.Runtime.CompilerServices;

namespace Rubato;

/// <summary>Finds the row of a track id: open addressing, half full, built once, immutable.</summary>
/// <remarks>
/// A slot packs 32 bits of the hash with the row, so that a look-up reads one slot and, only where the hash agrees, one id.
/// Ids that are the row numbers themselves need no table.
/// </remarks>
internal sealed class TrackIdIndex
{
    private const ulong Empty = ulong.MaxValue;
    private readonly ulong[]? _slots; // null: ids are 0 to rows − 1
    private readonly int _rows;

    private TrackIdIndex(int rows, ulong[]? slots)
    {
        _rows = rows;
        _slots = slots;
    }

    public bool IsIdentity => _slots is null;

    /// <summary>Builds the index; null and a problem when an id is negative or occurs twice.</summary>
    public static TrackIdIndex? TryBuild(ReadOnlySpan<long> ids, out string problem)
    {
        problem = "";
        int prefix = 0;
        while (prefix < ids.Length && ids[prefix] == prefix) prefix++;
        if (prefix == ids.Length) return new TrackIdIndex(ids.Length, null);
        ulong[] slots = GC.AllocateUninitializedArray<ulong>(2 * Math.Max(ids.Length, 8));
        Array.Fill(slots, Empty);
        for (int row = 0; row < ids.Length; row++)
        {
            long id = ids[row];
            if (id < 0)
            {
                problem = $"row {row}: track id {id} (expected 0 or more)";
                return null;
            }
            ulong hash = Hash(id), entry = (hash << 32) | (uint)row;
            int slot = Home(hash, slots.Length);
            for (; slots[slot] != Empty; slot = slot + 1 == slots.Length ? 0 : slot + 1)
            {
                int other = (int)(uint)slots[slot];
                if (slots[slot] >> 32 != entry >> 32 || ids[other] != id) continue;
                problem = $"row {row}: track id {id} is that of row {other} too (expected unique ids)";
                return null;
            }
            slots[slot] = entry;
        }
        return new TrackIdIndex(ids.Length, slots);
    }

    /// <summary>The row of an id, −1 when unknown.</summary>
    /// <param name="ids">the ids that the index was built from</param> <param name="id">any number</param>
    public int RowOf(ReadOnlySpan<long> ids, long id) => _slots is { } slots ? Find(slots, ids, id) : Identity(id);

    /// <summary>The rows of many ids; the loops are apart so that independent look-ups overlap in the processor.</summary>
    public void RowsOf(ReadOnlySpan<long> ids, ReadOnlySpan<long> wanted, Span<int> rows)
    {
        if (_slots is { } slots)
            for (int i = 0; i < wanted.Length; i++) rows[i] = Find(slots, ids, wanted[i]);
        else
            for (int i = 0; i < wanted.Length; i++) rows[i] = Identity(wanted[i]);
    }

    private int Identity(long id) => (ulong)id < (ulong)_rows ? (int)id : -1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Find(ulong[] slots, ReadOnlySpan<long> ids, long id)
    {
        ulong hash = Hash(id);
        for (int slot = Home(hash, slots.Length); ; slot = slot + 1 == slots.Length ? 0 : slot + 1)
        {
            ulong entry = slots[slot];
            if (entry == Empty) return -1;
            int row = (int)(uint)entry;
            if (entry >> 32 == (uint)hash && ids[row] == id) return row;
        }
    }

    // Both halves of a 128-bit product: every bit of the id reaches the slot (high half) and the tag (low half).
    private static ulong Hash(long id)
    {
        ulong high = Math.BigMul((ulong)id ^ 0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93, out ulong low);
        return high ^ low;
    }

    private static int Home(ulong hash, int slots) => (int)((hash >> 32) * (uint)slots >> 32);
}
