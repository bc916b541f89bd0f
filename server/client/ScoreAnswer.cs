using Rubato.Wire;

namespace Rubato.Client;

/// <summary>An answer's columns; grows to the largest answer it has held, so that reusing it allocates nothing.</summary>
public sealed class ScoreAnswer : IReplyTaker
{
    private long[] _tracks = [];
    private float[] _scores = [];
    private uint[] _campaigns = [];
    private byte[] _blocks = [];
    private double[] _terms = [];
    private Reservation[] _reservations = [];
    private int _reservationCount;
    private int _trackCount;
    private int _breakdownCount;

    /// <summary>Number of scores.</summary>
    public int Count { get; private set; }

    /// <summary>RECOMMEND: entries that are the slate; those behind are losers. 0 after SCORE.</summary>
    public int SlotCount { get; private set; }

    /// <summary>What made the scores.</summary>
    public Generations Generations { get; private set; }

    /// <summary>[Count]: in the order of the candidates (SCORE), or best first (RECOMMEND); −∞ = may not be given.</summary>
    public ReadOnlySpan<float> Scores => _scores.AsSpan(0, Count);

    /// <summary>[Count], the slate in order; empty after SCORE.</summary>
    public ReadOnlySpan<long> Tracks => _tracks.AsSpan(0, _trackCount);

    /// <summary>[Count], campaign of each score, 0 = none; empty without breakdown.</summary>
    public ReadOnlySpan<uint> Campaigns => _campaigns.AsSpan(0, _breakdownCount);

    /// <summary>[Count], reason codes of PROTOCOL.md; empty without breakdown.</summary>
    public ReadOnlySpan<byte> Blocks => _blocks.AsSpan(0, _breakdownCount);

    /// <summary>[Count], what to send back with the exposure event of an entry, or none; empty where the server keeps no budgets, and after SCORE.</summary>
    public ReadOnlySpan<Reservation> Reservations => _reservations.AsSpan(0, _reservationCount);

    /// <summary>One term of every score, [Count]; empty without breakdown.</summary>
    /// <param name="term">0 to 5: relevance, promotion, budget, promise, licensor, cohort</param>
    public ReadOnlySpan<double> Terms(int term)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)term, (uint)ScoresReply.TermCount, nameof(term));
        return _terms.AsSpan(term * _breakdownCount, _breakdownCount);
    }

    bool IReplyTaker.TryTake(ReadOnlySpan<byte> payload)
    {
        if (!ScoresReply.TryRead(payload, out ScoresReply reply)) return false;
        Count = reply.Scores.Length;
        Generations = reply.Generations;
        _trackCount = reply.Tracks.Length;
        _breakdownCount = reply.Campaigns.Length;
        _reservationCount = reply.Reservations.Length;
        SlotCount = reply.Slots;
        Copy(reply.Scores, ref _scores);
        Copy(reply.Tracks, ref _tracks);
        Copy(reply.Campaigns, ref _campaigns);
        Copy(reply.Blocks, ref _blocks);
        Copy(reply.Terms, ref _terms);
        Copy(reply.Reservations, ref _reservations);
        return true;
    }

    private static void Copy<T>(ReadOnlySpan<T> from, ref T[] to)
    {
        if (to.Length < from.Length) to = new T[from.Length];
        from.CopyTo(to);
    }
}
