using System.Diagnostics;
using System.Threading.Channels;

namespace Rubato;

/// <summary>Shadow execution: some of the rows that a version serves are run again, by it and by a candidate, on a thread of low priority.</summary>
/// <remarks>Both run the same rows one after the other, in turns who is first, so that their times can be compared. Callers wait for neither.</remarks>
internal sealed class ShadowTrial : IDisposable
{
    private const int SamplesWaitingMax = 16; // what comes while they wait is not sampled
    private readonly ModelGeneration _served;
    private readonly ModelGeneration _candidate;
    private readonly ShadowRules _rules;
    private readonly DriftMeter _meter;
    private readonly Action _decided;
    private readonly Channel<ShadowSample> _samples = Channel.CreateBounded<ShadowSample>(new BoundedChannelOptions(SamplesWaitingMax) { SingleReader = true });
    private readonly Thread _thread;
    private long _offers;

    /// <param name="served">in service, held by the caller until this is disposed</param> <param name="candidate">likewise</param>
    /// <param name="rules">how much, and what must come out</param> <param name="decided">called once, on any thread, when there are enough samples</param>
    public ShadowTrial(ModelGeneration served, ModelGeneration candidate, ShadowRules rules, Action decided)
    {
        (_served, _candidate, _rules, _decided) = (served, candidate, rules, decided);
        _meter = new DriftMeter(served.Version, candidate.Version, rules);
        _thread = new Thread(Work) { Name = $"model {candidate.Name}/{candidate.Version} shadow", IsBackground = true };
        _thread.Start();
        served.Trial = this;
    }

    /// <summary>The version in service.</summary>
    public ModelGeneration Served => _served;

    /// <summary>The version in its shadow.</summary>
    public ModelGeneration Candidate => _candidate;

    /// <summary>Why two versions cannot be compared; null where they can.</summary>
    public static string? Mismatch(ModelGeneration served, ModelGeneration candidate)
    {
        if (served.Shape is not { } left || candidate.Shape is not { } right) return "its tensors make no rows";
        if (!left.InputColumns.Select(Describe).SequenceEqual(right.InputColumns.Select(Describe)))
            return $"its inputs are {Join(right.InputColumns)} (version {served.Version} has {Join(left.InputColumns)})";
        if (Describe(left.OutputColumns[0]) != Describe(right.OutputColumns[0]) || left.OutputColumns[0].Info.Element != ModelElementType.Float32)
            return $"its first output is {Join(right.OutputColumns)} (version {served.Version} has {Join(left.OutputColumns)}; expected the same rows of float32)";
        return null;

        static string Describe(ModelColumn column) => $"{column.Info.Name}: {column.Info.Element.Text()} × {column.RowElements}";
        static string Join(IReadOnlyList<ModelColumn> columns) => string.Join(", ", columns.Select(Describe));
    }

    /// <summary>Rows have been served; takes a copy of them if it is their turn.</summary>
    /// <param name="batch">of the served version, after its run</param> <param name="row">first row</param> <param name="rows">1 or more</param>
    public void Offer(ModelBatch batch, int row, int rows)
    {
        long offer = Interlocked.Increment(ref _offers);
        if ((long)(offer * _rules.Percent / 100) == (long)((offer - 1) * _rules.Percent / 100) || _samples.Reader.Count >= SamplesWaitingMax) return;
        rows = Math.Min(rows, Math.Min(_served.Manifest.RowsMax, _candidate.Manifest.RowsMax));
        var inputs = new byte[batch.InputColumns.Count][];
        for (int i = 0; i < inputs.Length; i++) inputs[i] = batch.InputBytes(i, row, rows).ToArray();
        _samples.Writer.TryWrite(new ShadowSample(inputs, rows));
    }

    /// <summary>What has been seen so far.</summary>
    public DriftReport Report() => _meter.Report();

    /// <summary>Ends the comparison.</summary>
    public void Dispose()
    {
        if (_served.Trial == this) _served.Trial = null;
        _samples.Writer.TryComplete();
        _thread.Join();
    }

    private void Work()
    {
        ThreadPriorities.Lower();
        using ModelBatch served = _served.CreateBatch(), candidate = _candidate.CreateBatch();
        bool decided = false;
        for (int turn = 0; !_samples.Reader.Completion.IsCompleted; turn++)
        {
            if (!_samples.Reader.TryRead(out ShadowSample? sample))
            {
                _samples.Reader.WaitToReadAsync().AsTask().Wait();
                continue;
            }
            Compare(sample, served, candidate, servedFirst: turn % 2 == 0);
            if (decided || !_meter.IsDecided) continue;
            decided = true;
            _decided();
        }
    }

    private void Compare(ShadowSample sample, ModelBatch served, ModelBatch candidate, bool servedFirst)
    {
        double? servedSeconds = servedFirst ? Run(_served, served, sample) : null, candidateSeconds = Run(_candidate, candidate, sample);
        servedSeconds ??= Run(_served, served, sample);
        if (servedSeconds is not { } before) return; // it fails on these rows itself
        if (candidateSeconds is { } after)
            _meter.Add(served.Output<float>(0), candidate.Output<float>(0), sample.Rows, before, after);
        else _meter.AddFailure();
    }

    private static double? Run(ModelGeneration generation, ModelBatch batch, ShadowSample sample)
    {
        for (int i = 0; i < sample.Inputs.Length; i++) sample.Inputs[i].CopyTo(batch.InputBytes(i, 0, sample.Rows));
        long begun = Stopwatch.GetTimestamp();
        try
        {
            generation.Session.Run(batch, sample.Rows, generation.Manifest.RunDeadline);
            return Stopwatch.GetElapsedTime(begun).TotalSeconds;
        }
        catch (ModelRunException)
        {
            return null;
        }
    }
}
