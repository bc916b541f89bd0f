using System.Runtime.InteropServices;

namespace Rubato.Kernels.Native;

/// <summary>Machine code in pages of its own: written while writable, then made read-and-execute; never both.</summary>
internal sealed unsafe class ExecutableMemory : SafeHandle
{
    private readonly nuint _bytes;

    private ExecutableMemory(nint address, nuint bytes) : base(invalidHandleValue: -1, ownsHandle: true)
    {
        SetHandle(address);
        _bytes = bytes;
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == -1;

    /// <summary>Address of the first instruction.</summary>
    public nint Address => handle;

    /// <summary>Maps a copy of machine code.</summary>
    /// <exception cref="NotSupportedException">The system refuses executable memory.</exception>
    public static ExecutableMemory Copy(ReadOnlySpan<byte> code)
    {
        nuint page = (nuint)Environment.SystemPageSize, bytes = ((nuint)code.Length + page - 1) / page * page;
        nint address = LinuxApi.Map(0, bytes, LinuxApi.ProtectRead | LinuxApi.ProtectWrite, LinuxApi.MapPrivateAnonymous, file: -1, offset: 0);
        if (address == -1)
            throw new NotSupportedException($"the system refuses memory for machine code (error {Marshal.GetLastPInvokeError()})");
        var memory = new ExecutableMemory(address, bytes);
        code.CopyTo(new Span<byte>((void*)address, code.Length)); // SAFETY: the mapping holds bytes >= code.Length
        if (LinuxApi.Protect(address, bytes, LinuxApi.ProtectRead | LinuxApi.ProtectExecute) != 0)
        {
            memory.Dispose();
            throw new NotSupportedException($"the system refuses to make memory executable (error {Marshal.GetLastPInvokeError()})");
        }
        return memory;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => LinuxApi.Unmap(handle, _bytes) == 0;
}
