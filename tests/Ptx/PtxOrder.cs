namespace Rubato.Tests.Ptx;

/// <summary>
/// The order in which lanes go on that have taken different ways: those behind wait for those before, so that all meet where the ways join, as
/// a compiler's synchronisation makes them do. A loop comes before what follows it, wherever the text has put its parts.
/// </summary>
/// <remarks>
/// The reverse of a depth-first search's post-order, in which the way out of a loop is searched before the way on; natural loops by
/// dominators (Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm", 2001).
/// </remarks>
internal sealed class PtxOrder
{
    private readonly int[][] _next;
    private readonly List<int>[] _before;
    private readonly int[] _depth, _rank, _dominator;

    /// <param name="steps">of a kernel</param>
    public PtxOrder(PtxStep[] steps)
    {
        int count = steps.Length + 1; // with the end
        (_depth, _rank, _dominator) = (new int[count], new int[count], new int[count]);
        _next = [.. steps.Select(Next), []];
        _before = [.. Enumerable.Range(0, count).Select(_ => new List<int>())];
        for (int i = 0; i < count; i++)
            foreach (int next in _next[i]) _before[next].Add(i);
        Search();
        FindDominators();
        foreach (IGrouping<int, int> loop in Enumerable.Range(0, count).SelectMany(i => _next[i].Where(next => Dominates(next, i)).Select(next => (next, i)))
            .GroupBy(edge => edge.next, edge => edge.i))
            foreach (int step in Body(loop.Key, loop)) _depth[step]++;
        Search();
    }

    /// <summary>The place of a step.</summary>
    public int this[int step] => _rank[step];

    private static int[] Next(PtxStep step, int i) => step.Kind switch
    {
        PtxStepKind.Return => step.Guard < 0 ? [] : [i + 1],
        PtxStepKind.Branch or PtxStepKind.UniformBranch => step.Guard < 0 ? [step.Target] : [i + 1, step.Target],
        _ => [i + 1],
    };

    private void Search()
    {
        Array.Fill(_rank, int.MaxValue); // never reached
        var open = new Stack<(int Step, bool Left)>([(0, false)]);
        var seen = new HashSet<int>();
        for (int rank = _rank.Length; open.TryPop(out (int Step, bool Left) at);)
        {
            if (at.Left) _rank[at.Step] = --rank;
            if (at.Left || !seen.Add(at.Step)) continue;
            open.Push((at.Step, true));
            foreach (int next in _next[at.Step].OrderByDescending(next => _depth[next])) open.Push((next, false)); // the last is searched first
        }
    }

    private void FindDominators()
    {
        int[] reached = [.. Enumerable.Range(0, _rank.Length).Where(step => _rank[step] != int.MaxValue).OrderBy(step => _rank[step])];
        Array.Fill(_dominator, -1);
        _dominator[0] = 0;
        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (int step in reached.Skip(1))
            {
                int dominator = _before[step].Where(before => _dominator[before] >= 0).Aggregate(Common);
                changed |= dominator != _dominator[step];
                _dominator[step] = dominator;
            }
        }
    }

    private int Common(int a, int b)
    {
        while (a != b)
            if (_rank[a] > _rank[b]) a = _dominator[a];
            else b = _dominator[b];
        return a;
    }

    private bool Dominates(int a, int b)
    {
        if (_rank[b] == int.MaxValue) return false;
        while (_rank[b] > _rank[a]) b = _dominator[b];
        return a == b;
    }

    private HashSet<int> Body(int head, IEnumerable<int> ends)
    {
        HashSet<int> body = [head];
        var open = new Stack<int>(ends);
        while (open.TryPop(out int step))
            if (body.Add(step)) foreach (int before in _before[step]) open.Push(before);
        return body;
    }
}
