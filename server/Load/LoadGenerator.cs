using System.Diagnostics;
using Rubato.Client;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>Sends real requests through the client and measures the answers.</summary>
internal sealed class LoadGenerator : IAsyncDisposable
{
    private const float StreamedSeconds = 120; // of an exposed track: longer than any server asks for

    private readonly LoadOptions _options;
    private readonly RubatoClient[] _clients;
    private readonly ScoreQuery[] _queries;
    private LoadReport _report = new() { Mode = "warm-up" };
    private int _nextQuery;
    private volatile bool _stopping;

    private LoadGenerator(LoadOptions options, RubatoClient[] clients)
    {
        _options = options;
        _clients = clients;
        _queries = QuerySet.Make(clients[0].Server, options);
    }

    /// <summary>Connects, warms up, measures.</summary>
    /// <exception cref="RubatoException">The server cannot be reached, or it refuses the very first request.</exception>
    public static async Task<LoadReport> RunAsync(LoadOptions options, CancellationToken cancellation)
    {
        var client = new ClientOptions { Name = "rubato load", InlineContinuations = true };
        var clients = new RubatoClient[options.Connections];
        for (int i = 0; i < clients.Length; i++) clients[i] = await RubatoClient.ConnectAsync(options.Target, client, cancellation).ConfigureAwait(false);
        await using var generator = new LoadGenerator(options, clients);
        await generator.TryOneAsync().ConfigureAwait(false);
        return options.Rate is { } rate
            ? await generator.RunOpenAsync(rate, cancellation).ConfigureAwait(false)
            : await generator.RunClosedAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (RubatoClient client in _clients) await client.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A request that cannot succeed is told at once, not counted for seconds.</summary>
    private async Task TryOneAsync()
    {
        try
        {
            await CallAsync(_clients[0], _queries[0], new ScoreAnswer()).ConfigureAwait(false);
        }
        catch (ArgumentException tooLarge)
        {
            throw new ConfigurationException($"{_options.Candidates} candidates: {tooLarge.Message}");
        }
        catch (RequestRefusedException refused) when (refused.Code == ErrorCode.UnknownTrack)
        {
            throw new ConfigurationException(_options.TrackIds is null
                ? $"the server's tracks are not numbered 0 to {_clients[0].Server.Tracks - 1}: give --ids the file of their ids that the catalogue was built with"
                : "--ids names a track that the server's catalogue lacks");
        }
    }

    private ValueTask CallAsync(RubatoClient client, ScoreQuery query, ScoreAnswer answer) =>
        _options.Slots > 0 ? client.RecommendAsync(query, answer) : client.ScoreAsync(query, answer);

    private async Task<LoadReport> RunClosedAsync(CancellationToken cancellation)
    {
        Task[] loops = new Task[_options.InFlight];
        for (int i = 0; i < loops.Length; i++) loops[i] = LoopAsync(_clients[i % _clients.Length]);
        await Wait(_options.WarmUpSeconds, cancellation).ConfigureAwait(false);
        LoadReport report = await MeasureAsync("closed", cancellation).ConfigureAwait(false);
        _stopping = true;
        await Task.WhenAll(loops).ConfigureAwait(false);
        return report;
    }

    private async Task LoopAsync(RubatoClient client)
    {
        var answer = new ScoreAnswer();
        while (!_stopping)
            await MeasureOneAsync(client, answer, Stopwatch.GetTimestamp(), _report).ConfigureAwait(false);
    }

    private async Task<LoadReport> RunOpenAsync(double rate, CancellationToken cancellation)
    {
        var sender = new Thread(() => SendByClock(rate)) { Name = "load clock", IsBackground = true };
        sender.Start();
        await Wait(_options.WarmUpSeconds, cancellation).ConfigureAwait(false);
        LoadReport report = await MeasureAsync("open", cancellation).ConfigureAwait(false);
        _stopping = true;
        sender.Join();
        for (int i = 0; i < 500 && report.Ok + report.Errors.Values.Sum() < report.Sent; i++) await Task.Delay(10, cancellation).ConfigureAwait(false);
        return report;
    }

    /// <summary>Poisson arrivals: gaps are exponential, and a late request does not put off those behind it.</summary>
    private void SendByClock(double rate)
    {
        var random = new Random(7);
        var answers = new System.Collections.Concurrent.ConcurrentBag<ScoreAnswer>();
        double due = Stopwatch.GetTimestamp();
        for (int client = 0; !_stopping; client = (client + 1) % _clients.Length)
        {
            due += -Math.Log(1 - random.NextDouble()) * Stopwatch.Frequency / rate;
            PreciseSleep.Until((long)due);
            _report.Slip.Record(Nanoseconds(Stopwatch.GetTimestamp() - (long)due));
            _ = SendOneAsync(_clients[client], (long)due, answers);
        }
    }

    private async Task SendOneAsync(RubatoClient client, long due, System.Collections.Concurrent.ConcurrentBag<ScoreAnswer> answers)
    {
        if (!answers.TryTake(out ScoreAnswer? answer)) answer = new ScoreAnswer();
        await MeasureOneAsync(client, answer, due, _report).ConfigureAwait(false);
        answers.Add(answer);
    }

    /// <param name="client">the connection to use</param>
    /// <param name="answer">where the answer goes</param>
    /// <param name="due">Stopwatch ticks from which the latency counts</param>
    /// <param name="report">the report of the phase in which the request is sent</param>
    private async ValueTask MeasureOneAsync(RubatoClient client, ScoreAnswer answer, long due, LoadReport report)
    {
        ScoreQuery query = _queries[(uint)Interlocked.Increment(ref _nextQuery) % (uint)_queries.Length];
        report.CountSent();
        try
        {
            await CallAsync(client, query, answer).ConfigureAwait(false);
            report.CountOk(Nanoseconds(Stopwatch.GetTimestamp() - due));
            if (_options.Expose) await ExposeAsync(client, answer, report).ConfigureAwait(false);
        }
        catch (RequestRefusedException refused)
        {
            report.CountError(refused.Code.ToString());
        }
        catch (ConnectionLostException)
        {
            report.CountError("ConnectionLost");
            await Task.Delay(1).ConfigureAwait(false); // not a busy loop while the server is away
        }
    }

    private static async Task ExposeAsync(RubatoClient client, ScoreAnswer answer, LoadReport report)
    {
        var events = new List<Exposure>(answer.Count);
        for (int i = 0; i < answer.Reservations.Length; i++)
            if (!answer.Reservations[i].IsNone) events.Add(new Exposure(answer.Reservations[i], answer.Tracks[i], StreamedSeconds));
        if (events.Count == 0) return;
        ExposureResult[] results = await client.ExposeAsync(events.ToArray()).ConfigureAwait(false);
        report.CountExposed(results.Count(result => result == ExposureResult.Settled));
    }

    private async Task<LoadReport> MeasureAsync(string mode, CancellationToken cancellation)
    {
        var report = new LoadReport { Mode = mode };
        Volatile.Write(ref _report, report);
        long begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun).TotalSeconds < _options.Seconds && !(report.Ok >= _options.Requests))
            await Wait(Math.Min(0.01, _options.Seconds), cancellation).ConfigureAwait(false);
        report.Seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        Volatile.Write(ref _report, new LoadReport { Mode = "cool-down" });
        return report;
    }

    private static Task Wait(double seconds, CancellationToken cancellation) => Task.Delay(TimeSpan.FromSeconds(seconds), cancellation);

    private static long Nanoseconds(long ticks) => ticks * (1_000_000_000 / Stopwatch.Frequency);
}
