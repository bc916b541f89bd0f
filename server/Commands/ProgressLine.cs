namespace Rubato.Server.Commands;

/// <summary>Shows how far long work has come, on one line of standard error; silent where that is no terminal.</summary>
internal sealed class ProgressLine(string work, long total) : IProgress<int>, IDisposable
{
    private readonly bool _shown = !Console.IsErrorRedirected;
    private long _next = Environment.TickCount64 + 500; // short work stays silent
    private bool _written;

    /// <summary>Shows the share that is done, at most five times a second.</summary>
    public void Report(int done)
    {
        if (!_shown || Environment.TickCount64 < _next) return;
        _next = Environment.TickCount64 + 200;
        _written = true;
        Console.Error.Write($"\r{work}: {100L * done / Math.Max(total, 1)} %");
    }

    /// <summary>Clears the line.</summary>
    public void Dispose()
    {
        if (_written) Console.Error.Write($"\r{new string(' ', work.Length + 10)}\r");
    }
}
