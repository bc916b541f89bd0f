namespace Rubato.Kernels.Allocation;

/// <summary>Sorts listeners into slices and copies their edges column by column.</summary>
public sealed class EdgeSlicesBuilder
{
    private const int WindowListeners = 4_096;
    private const int SlotsSortMax = 4;      // listeners with more slots share one class
    private const int DegreeSortMax = 0xFFFF; // longer listeners share one class

    private readonly EdgeColumns _columns;
    private readonly CampaignGate[] _gates;
    private readonly bool _allOpen;
    private readonly int[] _order;      // [listeners] sorted inside each window, unused ones not at all
    private readonly int[] _used;       // [windows] listeners kept
    private readonly int[] _sliceBase;  // [windows + 1]

    private EdgeSlicesBuilder(EdgeColumns columns, CampaignGate[] gates)
    {
        _columns = columns;
        _gates = gates;
        _allOpen = Array.TrueForAll(gates, gate => gate == CampaignGate.Open);
        int windows = (columns.ListenerCount + WindowListeners - 1) / WindowListeners;
        _order = new int[columns.ListenerCount];
        _used = new int[windows];
        _sliceBase = new int[windows + 1];
    }

    /// <summary>Builds the slices of a problem.</summary>
    /// <param name="columns">the edges, validated</param>
    /// <param name="gates">[campaigns] which edges to leave out</param>
    /// <param name="cohortCount">cohorts of the problem; 0 without floors</param>
    /// <param name="threads">threads that copy, at least 1; the result does not depend on it</param>
    /// <exception cref="ArgumentException">More campaigns or padded edges than the layout can number.</exception>
    public static EdgeSlices Build(EdgeColumns columns, CampaignGate[] gates, int cohortCount, int threads)
    {
        if (gates.Length is < 1 or > EdgeSlices.CampaignsMax)
            throw new ArgumentException($"{gates.Length} campaigns; must be 1 to {EdgeSlices.CampaignsMax}", nameof(gates));
        return new EdgeSlicesBuilder(columns, gates).Build(cohortCount, new ParallelOptions { MaxDegreeOfParallelism = threads });
    }

    private EdgeSlices Build(int cohortCount, ParallelOptions parallel)
    {
        int windows = _used.Length;
        Parallel.For(0, windows, parallel, SortWindow);
        for (int window = 0; window < windows; window++)
            _sliceBase[window + 1] = _sliceBase[window] + (_used[window] + EdgeSlices.Height - 1) / EdgeSlices.Height;
        int slices = _sliceBase[windows];
        int[] starts = new int[slices + 1], before = new int[slices + 1];
        int elements = Measure(starts, before, out int widthMax);
        bool floors = cohortCount > 0;
        var built = new EdgeSlices
        {
            CampaignCount = _gates.Length,
            CohortCount = cohortCount,
            ListenerCount = before[slices],
            EdgeCount = _columns.EdgeCount,
            Starts = starts,
            Campaigns = new ushort[elements],
            Values = GC.AllocateUninitializedArray<float>(elements),
            Spends = new float[elements],
            Margins = floors ? new float[elements] : [],
            Slots = new int[slices * EdgeSlices.Height],
            Cohorts = floors ? new int[slices * EdgeSlices.Height] : [],
            ListenersBefore = before,
            WidthMax = widthMax,
        };
        Parallel.For(0, windows, parallel, window => FillWindow(window, built));
        return built;
    }

    private void SortWindow(int window)
    {
        int first = window * WindowListeners, end = Math.Min(_columns.ListenerCount, first + WindowListeners), used = 0;
        Span<ulong> keys = stackalloc ulong[WindowListeners];
        for (int listener = first; listener < end; listener++)
        {
            int degree = Degree(listener), slots = Math.Min(_columns.Slots[listener], degree);
            if (slots <= 0) continue;
            keys[used++] = ((ulong)Math.Min(slots, SlotsSortMax) << 48) | ((ulong)Math.Min(degree, DegreeSortMax) << 16) | (uint)(listener - first);
        }
        keys[..used].Sort();
        for (int i = 0; i < used; i++) _order[first + i] = first + (int)(keys[i] & 0xFFFF);
        _used[window] = used;
    }

    private int Measure(int[] starts, int[] before, out int widthMax)
    {
        long elements = 0;
        widthMax = 0;
        for (int window = 0; window < _used.Length; window++)
        {
            int first = window * WindowListeners;
            for (int slice = _sliceBase[window], i = 0; slice < _sliceBase[window + 1]; slice++, i += EdgeSlices.Height)
            {
                int lanes = Math.Min(EdgeSlices.Height, _used[window] - i), width = 0;
                for (int lane = 0; lane < lanes; lane++) width = Math.Max(width, Degree(_order[first + i + lane]));
                elements += (long)width * EdgeSlices.Height;
                if (elements > Array.MaxLength) throw new ArgumentException($"more than {Array.MaxLength} padded edges");
                starts[slice + 1] = (int)elements;
                before[slice + 1] = before[slice] + lanes;
                widthMax = Math.Max(widthMax, width);
            }
        }
        return (int)elements;
    }

    private void FillWindow(int window, EdgeSlices built)
    {
        int first = window * WindowListeners;
        for (int slice = _sliceBase[window], i = 0; slice < _sliceBase[window + 1]; slice++, i += EdgeSlices.Height)
            for (int lane = 0; lane < EdgeSlices.Height; lane++)
                FillLane(built, slice, lane, i + lane < _used[window] ? _order[first + i + lane] : -1);
    }

    private void FillLane(EdgeSlices built, int slice, int lane, int listener)
    {
        int target = built.Starts[slice] + lane, end = built.Starts[slice + 1], laneIndex = slice * EdgeSlices.Height + lane;
        bool floors = built.CohortCount > 0;
        built.Slots[laneIndex] = 1;
        if (floors) built.Cohorts[laneIndex] = built.CohortCount;
        if (listener >= 0)
        {
            int from = (int)_columns.Starts[listener], to = (int)_columns.Starts[listener + 1];
            for (int edge = from; edge < to; edge++)
            {
                if (!_allOpen && !IsEligible(edge)) continue;
                built.Campaigns[target] = (ushort)_columns.Campaigns[edge];
                built.Values[target] = _columns.Values[edge];
                built.Spends[target] = _columns.Spends[edge];
                if (floors) built.Margins[target] = _columns.Margins[edge];
                target += EdgeSlices.Height;
            }
            built.Slots[laneIndex] = Math.Min(_columns.Slots[listener], to - from);
            if (floors && _columns.Cohorts[listener] >= 0) built.Cohorts[laneIndex] = _columns.Cohorts[listener];
        }
        for (; target < end; target += EdgeSlices.Height) built.Values[target] = EdgeSlices.PaddingValue;
    }

    private int Degree(int listener)
    {
        int from = (int)_columns.Starts[listener], to = (int)_columns.Starts[listener + 1];
        if (_allOpen) return to - from;
        int degree = 0;
        for (int edge = from; edge < to; edge++) if (IsEligible(edge)) degree++;
        return degree;
    }

    private bool IsEligible(int edge) => _gates[_columns.Campaigns[edge]] switch
    {
        CampaignGate.Open => true,
        CampaignGate.FreeEdgesOnly => _columns.Spends[edge] == 0,
        _ => false,
    };
}
