using System.Diagnostics;
using System.Net;

namespace Rubato.Tests.AotSmoke;

/// <summary>The published <c>rubato</c> as a process. <c>RUBATO_BINARY</c> names it; without it the tests are skipped, because a test publishes nothing.</summary>
internal sealed class PublishedBinary : IDisposable
{
    private readonly Process _process;

    private PublishedBinary(Process process, string ready)
    {
        _process = process;
        Ready = ready.Split(' ');
    }

    /// <summary>The words of its ready line.</summary>
    public string[] Ready { get; }

    /// <summary>Address of the binary protocol.</summary>
    public IPEndPoint Listen => IPEndPoint.Parse(Ready[3]);

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>The binary's path; skips the calling [SkippableFact] where there is none.</summary>
    public static string Path
    {
        get
        {
            string? path = Environment.GetEnvironmentVariable("RUBATO_BINARY");
            Skip.If(string.IsNullOrEmpty(path), "no published binary: .ci/run publishes one and sets RUBATO_BINARY");
            return System.IO.Path.GetFullPath(path!);
        }
    }

    /// <summary>Starts <c>rubato serve</c> on a free port and waits for its ready line.</summary>
    public static async Task<PublishedBinary> ServeAsync(params string[] arguments)
    {
        Process process = Start(["serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", .. arguments]);
        process.ErrorDataReceived += (_, _) => { }; // the log must not fill its pipe
        process.BeginErrorReadLine();
        string? ready = await process.StandardOutput.ReadLineAsync();
        Assert.StartsWith("rubato ready: listen ", ready);
        return new PublishedBinary(process, ready!);
    }

    /// <summary>Runs a command to its end.</summary>
    public static Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) => RunAsync(home: null, arguments);

    /// <summary>The same with a home folder of its own.</summary>
    public static async Task<(int Code, string Output, string Error)> RunAsync(string? home, string[] arguments)
    {
        using Process process = Start(arguments, home);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Sends SIGTERM and waits for the end; the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        await SignalAsync("TERM");
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Sends a signal by its name.</summary>
    public async Task SignalAsync(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", _process.Id.ToString()]);
        await kill.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit(); // what it had locked is free again
        _process.Dispose();
    }

    private static Process Start(string[] arguments, string? home = null)
    {
        var start = new ProcessStartInfo(Path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (home is not null) start.Environment["HOME"] = home;
        return Process.Start(start)!;
    }
}
