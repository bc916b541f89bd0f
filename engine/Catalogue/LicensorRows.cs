namespace Rubato;

/// <summary>The rows of each licensor, ready to be taken out of a filter.</summary>
/// <remarks>
/// Rows are grouped by licensor. A licensor with more rows than a filter has words also has a bitmap, so that denying anyone
/// costs at most one pass over the filter; at most 64 licensors can be that large, so the bitmaps take at most 8 bytes a row.
/// </remarks>
internal sealed class LicensorRows
{
    private readonly uint[] _licensors; // distinct, ascending
    private readonly int[] _starts; // [licensors + 1]
    private readonly int[] _rows; // grouped by licensor, ascending within a group
    private readonly ulong[]?[] _bitmaps; // [licensors], only for the large ones

    public LicensorRows(ReadOnlySpan<uint> licensorOfRow, int words)
    {
        uint[] keys = licensorOfRow.ToArray();
        _rows = new int[keys.Length];
        for (int row = 0; row < _rows.Length; row++) _rows[row] = row;
        if (keys.AsSpan().ContainsAnyExcept(keys[0])) SortByLicensorThenRow(keys);
        var licensors = new List<uint>();
        var starts = new List<int>();
        for (int i = 0; i < keys.Length; i++)
        {
            if (i != 0 && keys[i] == keys[i - 1]) continue;
            licensors.Add(keys[i]);
            starts.Add(i);
        }
        starts.Add(keys.Length);
        _licensors = [.. licensors];
        _starts = [.. starts];
        _bitmaps = new ulong[_licensors.Length][];
        for (int group = 0; group < _licensors.Length; group++)
        {
            ReadOnlySpan<int> rows = RowsOf(group);
            if (rows.Length <= words) continue;
            ulong[] bitmap = _bitmaps[group] = new ulong[words];
            foreach (int row in rows) bitmap[row >> 6] |= 1UL << (row & 63);
        }
    }

    /// <summary>Clears the bits of a licensor's rows.</summary>
    public void Deny(uint licensor, Span<ulong> allowed)
    {
        int group = Array.BinarySearch(_licensors, licensor);
        if (group < 0) return;
        if (_bitmaps[group] is { } bitmap)
        {
            RowFilterIndex.AndNot(allowed, bitmap);
            return;
        }
        foreach (int row in RowsOf(group)) allowed[row >> 6] &= ~(1UL << (row & 63));
    }

    private ReadOnlySpan<int> RowsOf(int group) => _rows.AsSpan(_starts[group], _starts[group + 1] - _starts[group]);

    private void SortByLicensorThenRow(uint[] keys)
    {
        ulong[] pairs = new ulong[keys.Length];
        for (int row = 0; row < pairs.Length; row++) pairs[row] = ((ulong)keys[row] << 32) | (uint)row;
        Array.Sort(pairs);
        for (int i = 0; i < pairs.Length; i++) (keys[i], _rows[i]) = ((uint)(pairs[i] >> 32), (int)(uint)pairs[i]);
    }
}
