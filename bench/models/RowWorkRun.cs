using System.Diagnostics;
using System.Runtime.InteropServices;
using Rubato.Server;

namespace Rubato.Bench;

/// <summary>Single rows, each a request of its own, arriving at a model at a rate (Poisson, open loop).</summary>
internal sealed class RowWorkRun
{
    private readonly RowWork[] _works = new RowWork[1 << 16]; // taken in turn: a shared stack would cost more than a row
    private int _next;
    private readonly ModelGeneration _generation;
    private LatencyHistogram _latency = new();
    private long _failed;

    /// <param name="generation">held by the caller</param>
    public RowWorkRun(ModelGeneration generation)
    {
        _generation = generation;
        for (int i = 0; i < _works.Length; i++) _works[i] = new RowWork(this);
        var random = new Random(5);
        Rows = [.. generation.Session.Inputs.Select(info => MemoryMarshal.AsBytes<float>(
            [.. Enumerable.Range(0, (int)info.Shape.ToArray().Skip(1).Aggregate(1L, (count, dimension) => count * dimension)).Select(_ => random.NextSingle() - 0.5f)]).ToArray())];
    }

    public float LastAnswer { get; private set; }

    /// <summary>A row of each input.</summary>
    public byte[][] Rows { get; }

    /// <summary>Runs at a rate; p99 in milliseconds from the scheduled time, and how many were shed or failed.</summary>
    public (double P99Milliseconds, long Lost) At(double perSecond, int milliseconds)
    {
        (_latency, _failed) = (new LatencyHistogram(), 0);
        var random = new Random(7);
        double due = Stopwatch.GetTimestamp(), end = due + Stopwatch.Frequency * (milliseconds / 1e3);
        while (due < end)
        {
            PreciseSleep.Until((long)due);
            long now = Stopwatch.GetTimestamp();
            for (; due <= now && due < end; due += -Math.Log(1 - random.NextDouble()) * Stopwatch.Frequency / perSecond) Submit((long)due);
        }
        for (int wait = 0; _works.Any(work => work.IsOpen) && wait < 1000; wait++) Thread.Sleep(5);
        return (_latency.Percentile(0.99) / 1e6, Volatile.Read(ref _failed));
    }

    /// <summary>Somebody reads the answer.</summary>
    public void Took(ReadOnlySpan<byte> output) => LastAnswer = MemoryMarshal.Read<float>(output);

    public void Ended(RowWork work, ModelStatus status, long ticks)
    {
        if (status == ModelStatus.Ok) _latency.Record(ticks * (1_000_000_000 / Stopwatch.Frequency));
        else Interlocked.Increment(ref _failed);
        work.IsOpen = false;
    }

    private void Submit(long due)
    {
        RowWork work = _works[_next];
        _next = (_next + 1) % _works.Length;
        if (work.IsOpen) // so many wait that this rate is lost anyway
        {
            Interlocked.Increment(ref _failed);
            return;
        }
        (work.Arrived, work.IsOpen) = (due, true);
        if (!_generation.TryHold()) throw new InvalidOperationException("the model is out of service");
        if (_generation.TrySubmit(work, out _)) return;
        _generation.Release();
        Interlocked.Increment(ref _failed);
        work.IsOpen = false;
    }
}
