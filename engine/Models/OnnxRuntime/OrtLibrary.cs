using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>Finds ONNX Runtime's native library and opens its function table. It stays loaded: its threads outlive every session.</summary>
internal static unsafe partial class OrtLibrary
{
    public const string EnvironmentVariable = "RUBATO_ONNXRUNTIME";

    private const string TelemetryVariable = "ORT_DISABLE_TELEMETRY";

    private static readonly string[] FileNames = ["libonnxruntime.so.1", "libonnxruntime.so"];

    /// <summary>Loads the library of the option, else of the environment variable, else the first one found beside the program, in its package folder, or on the system.</summary>
    /// <param name="path">a file, or a folder that holds one; null to search</param>
    /// <exception cref="ModelRuntimeException">No usable library; the message lists what was tried.</exception>
    public static (OrtApi Api, string Version, string Path) Load(string? path)
    {
        SilenceTelemetry();
        var tried = new List<string>();
        foreach (string candidate in Candidates(path))
        {
            bool isFile = System.IO.Path.IsPathRooted(candidate);
            if (isFile && !File.Exists(candidate))
            {
                tried.Add($"{candidate} (no such file)");
                continue;
            }
            try
            {
                return Open(NativeLibrary.Load(candidate), candidate);
            }
            catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException or NotSupportedException)
            {
                tried.Add(isFile ? $"{candidate} ({FirstLine(failure.Message)})" : $"{candidate} (not known to the system's loader)");
            }
        }
        throw new ModelRuntimeException($"ONNX Runtime's native library was not found; tried {string.Join(", ", tried)}. Install npm and build again, "
            + $"build with -p:OnnxRuntime=nuget, or name the library with {EnvironmentVariable}");
    }

    private static IEnumerable<string> Candidates(string? path)
    {
        path ??= Environment.GetEnvironmentVariable(EnvironmentVariable);
        if (!string.IsNullOrEmpty(path))
        {
            path = System.IO.Path.GetFullPath(path);
            return Directory.Exists(path) ? In(path) : [path]; // what was named is meant: nothing else is tried
        }
        string program = AppContext.BaseDirectory;
        string package = System.IO.Path.Combine(program, "runtimes", $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}", "native");
        return [.. In(program), .. In(package), FileNames[0]];
    }

    private static IEnumerable<string> In(string folder) => FileNames.Select(name => System.IO.Path.Combine(folder, name));

    private static (OrtApi, string, string) Open(nint library, string path)
    {
        // SAFETY: OrtGetApiBase returns two functions: the table of a version, or null, and the version's text.
        var apiBase = (void**)((delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "OrtGetApiBase"))();
        string version = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)apiBase[1])()) ?? "unknown";
        var functions = (void**)((delegate* unmanaged<uint, nint>)apiBase[0])(OrtApi.Version);
        if (functions is null) throw new NotSupportedException($"version {version}, expected 1.{OrtApi.Version} or newer");
        return (new OrtApi(functions), version, path);
    }

    /// <summary>
    /// ONNX Runtime's Linux builds from 1.29 on send events about the process and its models to their maker, and keep an id of the device and a database of
    /// events in the home folder. DisableTelemetryEvents comes too late for both; this variable, looked at when the library starts, prevents them.
    /// </summary>
    private static void SilenceTelemetry()
    {
        // .NET's own setter changes a copy that native code does not see. What the environment says already is somebody's decision and stays.
        if (!OperatingSystem.IsWindows()) _ = SetVariable(TelemetryVariable, "1", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    private static string FirstLine(string message) => message.Split('\n')[0];
}
