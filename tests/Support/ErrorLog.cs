using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Rubato.Tests.Support;

/// <summary>Keeps what a server logs as an error: a fault of its own, which no input may cause.</summary>
/// <param name="least">of what is kept</param>
internal sealed class ErrorLog(LogLevel least = LogLevel.Error) : ILogger
{
    public ConcurrentQueue<string> Errors { get; } = new();

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) Errors.Enqueue($"{formatter(state, exception)} {exception}");
    }
}
