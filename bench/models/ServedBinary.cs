using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace Rubato.Bench;

/// <summary>
/// <c>rubato serve</c> as a process of its own, so that neither the load generator's memory nor its compiler is measured: the published binary that
/// <c>RUBATO_BINARY</c> names, or the program that was built beside this one, which compiles itself while it runs.
/// </summary>
internal sealed class ServedBinary : IDisposable
{
    private readonly Process _process;
    private readonly HttpClient _admin;

    private ServedBinary(Process process, string ready)
    {
        string[] words = ready.Split(' '); // rubato ready: listen A admin B
        (_process, Listen) = (process, IPEndPoint.Parse(words[3]));
        _admin = new HttpClient { BaseAddress = new Uri($"http://{words[5]}") };
    }

    /// <summary>Address of the binary protocol.</summary>
    public IPEndPoint Listen { get; }

    /// <summary>Whether it is the published one.</summary>
    public static bool IsPublished => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("RUBATO_BINARY"));

    /// <summary>Resident memory.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts it on free ports and waits for its ready line.</summary>
    /// <exception cref="InvalidOperationException">It did not start; what it said is on standard error.</exception>
    public static async Task<ServedBinary> StartAsync(params string[] arguments)
    {
        string path = IsPublished ? Environment.GetEnvironmentVariable("RUBATO_BINARY")! : Path.Combine(AppContext.BaseDirectory, "rubato");
        var start = new ProcessStartInfo(path, ["serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process = Process.Start(start)!;
        var said = new List<string>();
        process.ErrorDataReceived += (_, line) => said.Add(line.Data ?? "");
        process.BeginErrorReadLine();
        if (await process.StandardOutput.ReadLineAsync() is { } ready) return new ServedBinary(process, ready);
        await process.WaitForExitAsync();
        throw new InvalidOperationException($"{path} did not start: {string.Join(' ', said)}");
    }

    /// <summary>Has the repository looked at; done when labels have moved.</summary>
    public async Task LookAsync() => (await _admin.PostAsync("/models/look", null)).EnsureSuccessStatusCode();

    /// <summary>Bytes that loaded models take, and the version that is stable of the only one.</summary>
    public async Task<(long Bytes, int Stable)> ModelsAsync()
    {
        using JsonDocument answer = JsonDocument.Parse(await _admin.GetStringAsync("/models"));
        int stable = 0;
        foreach (JsonElement version in answer.RootElement.GetProperty("models")[0].GetProperty("versions").EnumerateArray())
            if (version.GetProperty("labels").GetArrayLength() > 0) stable = version.GetProperty("version").GetInt32();
        return (answer.RootElement.GetProperty("memory_bytes").GetInt64(), stable);
    }

    public void Dispose()
    {
        _admin.Dispose();
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
