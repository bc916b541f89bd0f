using Rubato.Kernels.Selection;
using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Cuda;

/// <summary>A block of queries under way on every device that holds rows of its range.</summary>
internal sealed class ScanFlight : IDisposable
{
    private readonly ScanSlot[] _slots;
    private readonly bool[] _passedOn = new bool[ScanBlock.QueriesMax];
    private readonly bool[] _used;
    private QueryLane[] _lanes = [];
    private int[] _queries = []; // of each lane
    private byte[] _plain = [];
    private int[] _foundRows = []; // of all devices, one list after the other
    private float[] _foundScores = [];
    private int _active;
    private bool _finished;

    public ScanFlight(CudaMachine machine)
    {
        _used = new bool[machine.Lanes.Length];
        _slots = new ScanSlot[machine.Lanes.Length];
        try
        {
            for (int i = 0; i < _slots.Length; i++) _slots[i] = new ScanSlot(machine.Lanes[i]);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>First query of the block in its request.</summary>
    public int First { get; private set; }

    public int Queries { get; private set; }

    /// <summary>Whether devices have work of the block; the CPU may have answered all of its queries.</summary>
    public bool OnDevices => Array.IndexOf(_used, true) >= 0;

    /// <summary>Prepares the queries and submits them; those that the devices cannot answer are marked, or answered at once.</summary>
    /// <param name="held">where the rows are</param>
    /// <param name="request">the block of the request that begins at <paramref name="first"/></param>
    /// <param name="first">its first query</param>
    /// <param name="workspace">scratch memory</param>
    /// <param name="rows">[queries, k] of the block</param>
    /// <param name="scores">[queries, k] of the block</param>
    /// <param name="marksBegin">for <see cref="SecondsSince"/></param>
    /// <returns>rows rescored</returns>
    public long Submit(HeldRows held, in ScanRequest request, int first, ScanWorkspace workspace, Span<int> rows, Span<float> scores, bool marksBegin)
    {
        (First, Queries) = (first, request.QueryCount);
        _used.AsSpan().Clear();
        _finished = held.FinishOnDevices;
        int k = request.K, queryBytes = held.Format.QueryBytes(request.Items.Dimension);
        float scale = held.Scale;
        Span<QueryLane> lanes = ScanWorkspace.Sized(ref _lanes, Queries);
        Span<int> queries = ScanWorkspace.Sized(ref _queries, Queries);
        Span<byte> plain = ScanWorkspace.Sized(ref _plain, Queries * queryBytes);
        // At least as many as the CPU's scan of the codes reads in that time: batches that it scans faster do not come here (ScanCrossover).
        int fetchRows = Int8Arithmetic.Instance.FetchRows(Queries);
        long rescored = 0;
        _active = 0;
        for (int query = 0; query < Queries; query++)
        {
            _passedOn[query] = false;
            if (RowFilter.IsSparse(request.Filter(query), request.FirstRow, request.RowCount, k, fetchRows))
            {
                rescored += ExactScan.Scan(request, query, workspace, rows.Slice(query * k, k), scores.Slice(query * k, k));
                continue;
            }
            _passedOn[query] = !held.Format.TryPrepare(
                request.Items, scale, request.Query(query), ref lanes[_active], plain.Slice(_active * queryBytes, queryBytes));
            if (!_passedOn[query]) queries[_active++] = query;
        }
        for (int device = 0; device < _slots.Length; device++)
        {
            if (held.Parts[device] is not { } part || _active == 0) continue;
            int from = Math.Max(request.FirstRow, part.FirstRow), end = Math.Min(request.FirstRow + request.RowCount, part.EndRow);
            if (from >= end) continue;
            int words = (end + 63) / 64 - from / 64, filters = request.Allowed.IsEmpty ? -1 : request.HasOwnFilters ? words : 0;
            ScanSlot slot = _slots[device];
            slot.Begin(new ScanBlock(part, from, end, _active, k, filters, _finished));
            lanes[.._active].CopyTo(slot.Lanes);
            for (int i = 0; i < _active; i++)
            {
                if (_finished) request.Query(queries[i]).CopyTo(slot.Values[(i * part.ValueStride)..]);
                if (filters > 0) request.Filter(queries[i]).Slice(from / 64, words).CopyTo(slot.Filter[(i * words)..]);
            }
            if (filters == 0) request.Allowed.Slice(from / 64, words).CopyTo(slot.Filter);
            plain[..(_active * queryBytes)].CopyTo(slot.Queries);
            slot.Submit(marksBegin);
            _used[device] = true;
        }
        return rescored;
    }

    /// <summary>Waits for the devices; merges what they finished, or finishes their survivors by the definition of a score.</summary>
    /// <param name="request">the block that was submitted</param>
    /// <param name="fallback">answers the queries that were passed on</param>
    /// <param name="workspace">scratch memory</param>
    /// <param name="rows">[queries, k] of the block</param>
    /// <param name="scores">[queries, k] of the block</param>
    /// <param name="passedOn">grows by the queries that the fallback answered</param>
    /// <returns>rows rescored</returns>
    public long Finish(in ScanRequest request, IScanKernel fallback, ScanWorkspace workspace, Span<int> rows, Span<float> scores, ref long passedOn)
    {
        long rescored = 0;
        Wait();
        SurvivorBuffer survivors = workspace.Buffers(1)[0];
        for (int i = 0, k = request.K; i < _active; i++)
        {
            int query = _queries[i];
            _passedOn[query] = _finished ? !TryTake(i, rows.Slice(query * k, k), scores.Slice(query * k, k), ref rescored)
                : !TryCollect(request, i, survivors, workspace) || !Finisher.TryFinish(survivors, request, query, workspace, rows.Slice(query * k, k), scores.Slice(query * k, k), ref rescored);
        }
        ReadOnlySpan<bool> marks = _passedOn.AsSpan(0, Queries);
        passedOn += marks.Count(true);
        return rescored + PassedOn.Scan(fallback, request, workspace, marks, rows, scores);
    }

    /// <summary>Waits for the devices; what they found is ignored unless it is finished.</summary>
    public void Wait()
    {
        for (int device = 0; device < _slots.Length; device++)
            if (_used[device]) _slots[device].Wait();
    }

    /// <summary>
    /// Seconds of the slowest device from the begin of a block, which was marked, to the end of this one of the same request; both have been waited for.
    /// </summary>
    public double SecondsSince(ScanFlight first)
    {
        double seconds = 0;
        for (int device = 0; device < _slots.Length; device++)
            if (_used[device]) seconds = Math.Max(seconds, _slots[device].SecondsSince(first._slots[device]));
        return seconds;
    }

    /// <summary>Forgets rows that are about to be freed.</summary>
    public void Forget(HeldRows held)
    {
        for (int device = 0; device < _slots.Length; device++)
            if (held.Parts[device] is { } part) _slots[device].Forget(part);
    }

    public void Dispose()
    {
        foreach (ScanSlot? slot in _slots) slot?.Dispose();
    }

    /// <summary>Merges what the devices found for a query.</summary>
    /// <returns>false where one of them has no proven answer</returns>
    private bool TryTake(int index, Span<int> rows, Span<float> scores, ref long rescored)
    {
        int k = rows.Length, lists = 0;
        Span<int> foundRows = ScanWorkspace.Sized(ref _foundRows, _slots.Length * k);
        Span<float> foundScores = ScanWorkspace.Sized(ref _foundScores, _slots.Length * k);
        for (int device = 0; device < _slots.Length; device++)
        {
            if (!_used[device]) continue;
            ScanSlot slot = _slots[device];
            if (!slot.IsWhole(index)) return false;
            rescored += slot.Survivors(index);
            slot.FoundRows(index).CopyTo(foundRows[(lists * k)..]);
            slot.FoundScores(index).CopyTo(foundScores[(lists * k)..]);
            lists++;
        }
        MergeTopK.Merge(foundRows[..(lists * k)], foundScores[..(lists * k)], lists, k, rows, scores);
        return true;
    }

    /// <summary>Gathers the survivors of a query from all devices.</summary>
    /// <returns>false where a device did not return all of them</returns>
    private bool TryCollect(in ScanRequest request, int index, SurvivorBuffer survivors, ScanWorkspace workspace)
    {
        float bar = float.NegativeInfinity;
        for (int device = 0; device < _slots.Length; device++)
        {
            if (!_used[device]) continue;
            if (!_slots[device].IsWhole(index)) return false;
            bar = Math.Max(bar, _slots[device].Bars[index]);
        }
        // A row that a device dropped lies below that device's bar, so below the highest of them: the bar that the finisher proves.
        survivors.Start(request.K, room: 64, crowdedCount: int.MaxValue, bar);
        ref readonly QueryLane lane = ref _lanes[index];
        ReadOnlySpan<QuantisedBlock> blocks = request.Items.Quantised.Blocks;
        for (int device = 0; device < _slots.Length; device++)
        {
            if (!_used[device]) continue;
            foreach (ulong hit in _slots[device].Hits(index))
            {
                int row = RankKey.Row(hit);
                QuantisedBlock block = blocks[row / QuantisedRows.BlockRows];
                float score = RankKey.Score(hit), error = lane.ErrorFactor * block.ErrorMax + lane.NormFactor * block.NormMax + lane.Constant;
                if (score + error < survivors.Bar) continue;
                if (survivors.Full) survivors.Reserve(room: 1, workspace);
                survivors.Append(score - error * lane.Margin, score + error, row);
            }
        }
        return true;
    }
}
