using System.Runtime.InteropServices;
using System.Text;

namespace Rubato.Kernels.Cuda;

/// <summary>Options that make the just-in-time compiler say what is wrong with a module.</summary>
internal sealed unsafe class JitLog : IDisposable
{
    /// <summary>Number of options.</summary>
    public const uint Options = 4;

    private const int InfoBuffer = 3, InfoBytes = 4, ErrorBuffer = 5, ErrorBytes = 6; // CUjit_option
    private const int LogBytes = 8192;
    private readonly byte* _memory = (byte*)NativeMemory.AllocZeroed((nuint)(2 * LogBytes + 8 * sizeof(nint)));

    public JitLog()
    {
        // SAFETY: two logs, then four values, then four keys of 4 bytes fit the allocation
        (Keys[0], Keys[1], Keys[2], Keys[3]) = (InfoBuffer, InfoBytes, ErrorBuffer, ErrorBytes);
        Values[0] = _memory;
        Values[2] = _memory + LogBytes;
        Values[1] = Values[3] = (void*)LogBytes; // sizes are passed in place of pointers
    }

    public void** Values => (void**)(_memory + 2 * LogBytes);

    public int* Keys => (int*)(Values + Options);

    /// <summary>Throws what a call returned, with the log, unless it succeeded.</summary>
    public void Check(CudaContext context, CudaResult result, string call)
    {
        if (result == CudaResult.Success) return;
        string age = result == CudaResult.UnsupportedPtxVersion ? $"; the driver (CUDA {context.Driver.VersionText}) is too old for it" : "";
        context.Driver.Check(result, $"{call} on {context.Device.Name}", Text(_memory + LogBytes) + Text(_memory) + age);
    }

    public void Dispose() => NativeMemory.Free(_memory);

    private static string Text(byte* log)
    {
        var bytes = new ReadOnlySpan<byte>(log, LogBytes);
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
