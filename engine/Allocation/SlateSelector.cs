namespace Rubato;

/// <summary>Picks a slate: the best candidates in order, each track once, no licensor more often than allowed, the slate floor kept.</summary>
/// <remarks>
/// Taking the best that still fits is optimal for tracks and licensors: a maximum per licensor and one on the slate are a laminar matroid. A
/// candidate whose campaign cannot pay competes again with the score that is left to it.
/// </remarks>
internal sealed class SlateSelector
{
    private readonly RankHeap _heap;
    private readonly SlotCounter _licensors, _tracks;
    private readonly SlateFloor _floor;

    public SlateSelector(BatchLimits limits)
    {
        int candidates = limits.RequestCandidatesMax;
        _heap = new RankHeap(candidates);
        _licensors = new SlotCounter(candidates);
        _tracks = new SlotCounter(candidates);
        _floor = new SlateFloor(limits);
    }

    /// <summary>Fills chosen with the indices of the picked candidates, best score first, ties by lower index.</summary>
    /// <param name="candidates">the candidates</param>
    /// <param name="scores">[candidates], not NaN; −∞ = may not be given; lowered where a campaign cannot pay</param>
    /// <param name="shape">licensors</param>
    /// <param name="lossMax">ε of the slate floor; 1 or more = no floor</param>
    /// <param name="taker">pays for slots</param>
    /// <param name="chosen">[slots], overwritten up to the number returned</param>
    /// <param name="refusals">[candidates], overwritten: LicensorSlots or QualityFloor where that kept a candidate out, else None</param>
    /// <returns>slots filled; fewer than asked for where the candidates run out</returns>
    public int Select<TTaker>(in CandidateView candidates, Span<float> scores, in SlateShape shape, double lossMax, scoped ref TTaker taker,
        Span<int> chosen, Span<BlockReason> refusals) where TTaker : struct, ISlotTaker, allows ref struct
    {
        Begin(scores, refusals);
        _floor.Begin(candidates, lossMax, chosen.Length, shape);
        int filled = 0;
        while (filled < chosen.Length && !_heap.IsEmpty)
        {
            int candidate = _heap.Top, row = candidates.Rows[candidate];
            uint licensor = shape.LicensorOf(row);
            bool isRepeat = _tracks.Of((uint)row) > 0;
            bool isFull = licensor != 0 && _licensors.Of(licensor) >= shape.LicensorSlotsMax;
            if (isRepeat || isFull || !_floor.Allows(candidate, candidates, shape))
            {
                if (!isRepeat) refusals[candidate] = isFull ? BlockReason.LicensorSlots : BlockReason.QualityFloor;
                _heap.Pop();
            }
            else if (taker.TryTake(candidate, out float lowered))
            {
                _heap.Pop();
                _floor.Take(candidate, candidates, shape);
                _tracks.Of((uint)row)++;
                if (licensor != 0) _licensors.Of(licensor)++;
                chosen[filled++] = candidate;
            }
            else
            {
                scores[candidate] = lowered;
                _heap.Lower(lowered);
            }
        }
        return filled;
    }

    /// <summary>Fills losers with the best of the candidates that were not chosen, each track once; those that may not be given come last.</summary>
    /// <returns>how many there are, at most the length of losers</returns>
    public int SelectLosers(in CandidateView candidates, ReadOnlySpan<float> scores, ReadOnlySpan<int> chosen, Span<int> losers)
    {
        _heap.Clear();
        for (int i = 0; i < scores.Length; i++) _heap.Add(scores[i], i);
        _heap.Order();
        _tracks.Clear();
        foreach (int candidate in chosen) _tracks.Of((uint)candidates.Rows[candidate])++;
        int count = 0;
        for (; count < losers.Length && !_heap.IsEmpty; _heap.Pop())
            if (_tracks.Of((uint)candidates.Rows[_heap.Top])++ == 0) losers[count++] = _heap.Top;
        return count;
    }

    private void Begin(ReadOnlySpan<float> scores, Span<BlockReason> refusals)
    {
        refusals.Clear();
        _heap.Clear();
        for (int i = 0; i < scores.Length; i++)
            if (scores[i] > float.NegativeInfinity) _heap.Add(scores[i], i);
        _heap.Order();
        _licensors.Clear();
        _tracks.Clear();
    }
}
