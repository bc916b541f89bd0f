namespace Rubato;

/// <summary>
/// The listener-quality floor of one slate: the mean relevance of the slate is at most ε below that of the organic slate, which is the best
/// by relevance alone among the same candidates and under the same maximum per licensor.
/// </summary>
/// <remarks>
/// Kept by exchange. The slots that are not filled yet are thought to be filled organically; at first all of them are, and nothing is lost. A
/// candidate that belongs to this completion costs nothing. Any other pushes out the least relevant track that makes room for it: one
/// of its own licensor, if that licensor has its maximum, else any that is not given yet. What that loses is final, so a candidate is allowed
/// where the sum of losses stays within ε × the slots that the organic slate fills. The invariant: slate and completion together always keep the floor, whatever is refused later. And
/// losses only grow as the slate fills (the tracks that may be pushed out get fewer, and the least relevant go first), so a candidate that was refused
/// once need not be asked about again.
/// </remarks>
internal sealed class SlateFloor
{
    private readonly RankHeap _heap;
    private readonly SlotCounter _tracks, _licensors; // of slate and completion together
    private readonly int[] _completion;               // candidates by relevance, best first
    private readonly Place[] _places;                 // of each candidate
    private int _count, _last, _slotsMax;
    private double _lossLeft;
    private bool _isOn;

    public SlateFloor(BatchLimits limits)
    {
        int candidates = limits.RequestCandidatesMax;
        _heap = new RankHeap(candidates);
        _tracks = new SlotCounter(candidates);
        _licensors = new SlotCounter(candidates);
        _completion = new int[limits.SlotsMax];
        _places = new Place[candidates];
    }

    /// <summary>Begins a slate.</summary>
    /// <param name="candidates">the candidates</param> <param name="lossMax">ε, mean over the slots; 1 or more = no floor</param>
    /// <param name="slots">slots of the slate</param> <param name="shape">licensors</param>
    public void Begin(in CandidateView candidates, double lossMax, int slots, in SlateShape shape)
    {
        _isOn = lossMax < 1;
        if (!_isOn) return;
        _places.AsSpan(0, candidates.Count).Clear();
        _heap.Clear();
        for (int i = 0; i < candidates.Count; i++)
            if (candidates.Blocks[i] == BlockReason.None) _heap.Add((float)candidates.Relevance[i], i);
        _heap.Order();
        _tracks.Clear();
        _licensors.Clear();
        _slotsMax = shape.LicensorSlotsMax;
        for (_count = 0; _count < slots && !_heap.IsEmpty; _heap.Pop())
        {
            int candidate = _heap.Top;
            ref int copies = ref _tracks.Of((uint)candidates.Rows[candidate]);
            if (copies > 0) continue;
            uint licensor = shape.LicensorOf(candidates.Rows[candidate]);
            if (licensor != 0 && ++_licensors.Of(licensor) > _slotsMax)
            {
                _licensors.Of(licensor)--;
                continue;
            }
            copies++;
            _completion[_count++] = candidate;
            _places[candidate] = Place.Completion;
        }
        _last = _count;
        _lossLeft = lossMax * _count;
    }

    /// <summary>Whether the slate may take a candidate that fits by track and licensor.</summary>
    public bool Allows(int candidate, in CandidateView candidates, in SlateShape shape) =>
        !_isOn || _places[candidate] == Place.Completion || LossOf(candidate, candidates, shape, out _) <= _lossLeft;

    /// <summary>Puts an allowed candidate into the slate.</summary>
    public void Take(int candidate, in CandidateView candidates, in SlateShape shape)
    {
        if (!_isOn) return;
        if (_places[candidate] != Place.Completion)
        {
            _lossLeft -= LossOf(candidate, candidates, shape, out int displaced);
            Move(displaced, -1, candidates, shape);
            Move(candidate, +1, candidates, shape);
            _places[displaced] = Place.Outside;
        }
        _places[candidate] = Place.Slate;
    }

    private void Move(int candidate, int slots, in CandidateView candidates, in SlateShape shape)
    {
        uint licensor = shape.LicensorOf(candidates.Rows[candidate]);
        if (licensor != 0) _licensors.Of(licensor) += slots;
    }

    private double LossOf(int candidate, in CandidateView candidates, in SlateShape shape, out int displaced)
    {
        uint licensor = shape.LicensorOf(candidates.Rows[candidate]);
        bool isFull = licensor != 0 && _licensors.Of(licensor) >= _slotsMax;
        displaced = isFull ? LastOf(licensor, candidates, shape) : Last();
        return candidates.Relevance[displaced] - candidates.Relevance[candidate];
    }

    private int Last()
    {
        while (_places[_completion[_last - 1]] != Place.Completion) _last--; // those behind it never come back
        return _completion[_last - 1];
    }

    private int LastOf(uint licensor, in CandidateView candidates, in SlateShape shape)
    {
        for (int at = _last - 1; ; at--)
        {
            int candidate = _completion[at];
            if (_places[candidate] == Place.Completion && shape.LicensorOf(candidates.Rows[candidate]) == licensor) return candidate;
        }
    }

    private enum Place : byte
    {
        Outside,
        Completion,
        Slate,
    }
}
