namespace Rubato.Server.Commands;

/// <summary>A bar on standard error that fills as the gap falls, on a logarithmic scale; silent where that is no terminal.</summary>
internal sealed class SolveProgressLine(double gapWanted) : IDisposable
{
    private const int BarCharacters = 24, LineCharacters = 100;
    private readonly bool _shown = !Console.IsErrorRedirected;
    private long _next = Environment.TickCount64 + 500; // short work stays silent
    private bool _written;

    /// <summary>Shows the progress, at most five times a second.</summary>
    public void Report(AllocationProgress progress)
    {
        if (!_shown || Environment.TickCount64 < _next) return;
        _next = Environment.TickCount64 + 200;
        _written = true;
        double gap = Math.Clamp(Math.Min(progress.Gap, progress.EstimatedGap), gapWanted, 1);
        int full = gapWanted < 1 ? (int)(BarCharacters * Math.Log(gap) / Math.Log(gapWanted)) : 0;
        string bar = new string('#', full).PadRight(BarCharacters, '.');
        Console.Error.Write($"\rsolve [{bar}] stage {progress.Stage}  gap {progress.Gap:e1}  passes {progress.Passes:f0}".PadRight(LineCharacters));
    }

    /// <summary>Clears the line.</summary>
    public void Dispose()
    {
        if (_written) Console.Error.Write($"\r{new string(' ', LineCharacters)}\r");
    }
}
