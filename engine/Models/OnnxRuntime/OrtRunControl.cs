namespace Rubato;

/// <summary>The terminate handle of one run at a time: sets it when the deadline passes, and takes it back before the next run.</summary>
/// <remarks>Operators are not interrupted: a run ends after the operator during which its deadline passed. The clock ticks in milliseconds.</remarks>
internal sealed unsafe class OrtRunControl : IDisposable
{
    private readonly OrtEnvironment _environment;
    private readonly OrtHandle _options;
    private readonly Timer _timer;
    private readonly Lock _lock = new();
    private long _deadlineTicks;
    private bool _running;
    private bool _terminated;

    public OrtRunControl(OrtEnvironment environment)
    {
        _environment = environment;
        nint options;
        environment.Check(environment.Api.CreateRunOptions(&options));
        _options = new OrtHandle(options, environment.Api.ReleaseRunOptions);
        _timer = new Timer(static state => ((OrtRunControl)state!).OnTimer(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>The run options to run with.</summary>
    public nint Options => _options.Value;

    /// <summary>Whether the last run was told to end.</summary>
    public bool Terminated
    {
        get { lock (_lock) return _terminated; }
    }

    /// <summary>Before a run.</summary>
    /// <param name="deadline">time it may take from now on; null for any</param>
    public void Start(TimeSpan? deadline)
    {
        lock (_lock)
        {
            if (_terminated) _environment.Check(_environment.Api.RunOptionsUnsetTerminate(Options));
            _terminated = false;
            if (deadline is not { } time) return;
            _running = true;
            _deadlineTicks = Environment.TickCount64 + (long)Math.Ceiling(time.TotalMilliseconds);
            _timer.Change((long)Math.Ceiling(time.TotalMilliseconds), Timeout.Infinite);
        }
    }

    /// <summary>After a run, however it ended.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            if (!_running) return;
            _running = false;
            _timer.Change(Timeout.Infinite, Timeout.Infinite);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        lock (_lock) _options.Dispose();
    }

    // A callback of an earlier run may come late: it must not end the run of today.
    private void OnTimer()
    {
        lock (_lock)
        {
            if (!_running || _options.IsClosed) return;
            long left = _deadlineTicks - Environment.TickCount64;
            if (left > 0)
            {
                _timer.Change(left, Timeout.Infinite);
                return;
            }
            _terminated = _environment.Api.RunOptionsSetTerminate(Options) == 0;
        }
    }
}
