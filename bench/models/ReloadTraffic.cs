using System.Collections.Concurrent;
using System.Diagnostics;
using Rubato.Client;
using Rubato.Server;

namespace Rubato.Bench;

/// <summary>RANK requests by the clock, with their latencies kept apart by whether a version was changing when they were due.</summary>
internal sealed class ReloadTraffic
{
    private readonly RubatoClient[] _clients;
    private readonly ModelQuery[] _queries = new ModelQuery[64];
    private readonly ConcurrentBag<ModelAnswer> _answers = [];
    private long _failed;
    private long _open;

    public ReloadTraffic(RubatoClient[] clients, int features, int candidates)
    {
        _clients = clients;
        var random = new Random(3);
        for (int i = 0; i < _queries.Length; i++)
            _queries[i] = new ModelQuery { Model = "ranker", Rows = (uint)candidates, Features = Enumerable.Range(0, features * candidates).Select(_ => random.NextSingle() - 0.5f).ToArray() };
    }

    /// <summary>A version is being loaded, moved to, or freed.</summary>
    public volatile bool IsReloading;

    /// <summary>Latencies from the scheduled time.</summary>
    public LatencyHistogram All { get; private set; } = new();

    /// <summary>Those that were due while a version changed.</summary>
    public LatencyHistogram During { get; private set; } = new();

    public long Failed => Volatile.Read(ref _failed);

    public long Open => Volatile.Read(ref _open);

    public void Forget() => (All, During) = (new LatencyHistogram(), new LatencyHistogram());

    /// <summary>Sends for so many seconds, Poisson arrivals.</summary>
    public void Run(int seconds, int rate)
    {
        var random = new Random(11);
        double due = Stopwatch.GetTimestamp(), end = due + (double)seconds * Stopwatch.Frequency;
        for (int i = 0; due < end; i++)
        {
            PreciseSleep.Until((long)due);
            _ = SendAsync(_clients[i % _clients.Length], _queries[i % _queries.Length], (long)due, IsReloading);
            due += -Math.Log(1 - random.NextDouble()) * Stopwatch.Frequency / rate;
        }
    }

    private async Task SendAsync(RubatoClient client, ModelQuery query, long due, bool during)
    {
        Interlocked.Increment(ref _open);
        if (!_answers.TryTake(out ModelAnswer? answer)) answer = new ModelAnswer();
        try
        {
            await client.RankAsync(query, answer).ConfigureAwait(false);
            long nanoseconds = (Stopwatch.GetTimestamp() - due) * (1_000_000_000 / Stopwatch.Frequency);
            All.Record(nanoseconds);
            if (during) During.Record(nanoseconds);
            _answers.Add(answer);
        }
        catch (RubatoException)
        {
            Interlocked.Increment(ref _failed);
        }
        Interlocked.Decrement(ref _open);
    }
}
