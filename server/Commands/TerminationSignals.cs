using System.Runtime.InteropServices;

namespace Rubato.Server.Commands;

/// <summary>
/// SIGTERM and Ctrl-C ask a command to end; the second one ends the process. The command line library's own handling would end it two seconds after
/// the first one, in the middle of a drain.
/// </summary>
internal sealed class TerminationSignals : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _signals;

    public TerminationSignals() =>
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take), PosixSignalRegistration.Create(PosixSignal.SIGINT, Take)];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _asked.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose(); // waits for a handler that runs
        _asked.Dispose();
    }

    private void Take(PosixSignalContext signal)
    {
        if (Interlocked.Increment(ref _signals) > 1) return; // the system's way
        signal.Cancel = true;
        _asked.Cancel();
    }
}
