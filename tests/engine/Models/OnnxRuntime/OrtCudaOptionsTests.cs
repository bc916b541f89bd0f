using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rubato.Tests;

/// <summary>What of the CUDA provider's options reaches the C API, by a table of functions that write down how they were called.</summary>
public sealed unsafe class OrtCudaOptionsTests
{
    private const nint Options = 0x1001, Session = 0x1002, Stream = 0x1003, Failure = 0x1004;
    private static readonly Lock OneAtATime = new();
    private static readonly List<string> Calls = [];
    private static string? _failing;

    [Fact]
    public void EveryOptionReachesTheTableAndTheStreamComesLast()
    {
        Assert.Equal(
        [
            "create", "update device_id=3 arena_extend_strategy=kSameAsRequested gpu_mem_limit=1073741824", $"update user_compute_stream={Stream:x}", $"append to {Session:x}", "release",
        ], Append(new ModelCudaOptions { Device = 3, MemoryBytesMax = 1 << 30, Arena = ModelArena.Exact, Stream = Stream }));
    }

    [Fact]
    public void WithoutALimitAndAStreamNeitherIsNamed() =>
        Assert.Equal(["create", "update device_id=0 arena_extend_strategy=kNextPowerOfTwo", $"append to {Session:x}", "release"], Append(new ModelCudaOptions()));

    [Theory]
    [InlineData("create", "create, status released")]
    [InlineData("update", "create, update device_id=0 arena_extend_strategy=kNextPowerOfTwo, status released, release")]
    [InlineData("append", "create, update device_id=0 arena_extend_strategy=kNextPowerOfTwo, append to 1002, status released, release")]
    public void WhatTheLibraryRefusesIsToldAndItsOptionsAreReleased(string failing, string calls)
    {
        var refused = Assert.Throws<OrtException>(() => Append(new ModelCudaOptions(), failing));
        Assert.Equal((OrtErrorCode.EngineError, "no such thing"), (refused.Code, refused.Message));
        Assert.Equal(calls, string.Join(", ", Calls));
    }

    [Theory]
    [InlineData(-1, null, 0)]
    [InlineData(256, null, 0)]
    [InlineData(0, 0L, 0)]
    [InlineData(0, (1L << 50) + 1, 0)]
    [InlineData(0, null, 2)]
    public void WhatLiesOutsideIsRefused(int device, long? bytes, int arena) => Assert.Throws<ArgumentOutOfRangeException>(() =>
        new ModelSessionOptions { Cuda = new ModelCudaOptions { Device = device, MemoryBytesMax = bytes, Arena = (ModelArena)arena } }.Validated());

    private static List<string> Append(ModelCudaOptions options, string? failing = null)
    {
        lock (OneAtATime)
        {
            Calls.Clear();
            _failing = failing;
            void** table = stackalloc void*[300];
            new Span<nint>(table, 300).Clear();
            table[1] = (delegate* unmanaged<nint, int>)&Code;
            table[2] = (delegate* unmanaged<nint, byte*>)&Message;
            table[93] = (delegate* unmanaged<nint, void>)&ReleaseStatus;
            table[204] = (delegate* unmanaged<nint, nint, nint>)&AppendProvider;
            table[205] = (delegate* unmanaged<nint*, nint>)&Create;
            table[206] = (delegate* unmanaged<nint, byte**, byte**, nuint, nint>)&Update;
            table[208] = (delegate* unmanaged<nint, void>)&Release;
            table[263] = (delegate* unmanaged<nint, byte*, void*, nint>)&UpdateWithValue;
            OrtCudaOptions.Append(new OrtApi(table), Session, options);
            return [.. Calls];
        }
    }

    private static nint Note(string call)
    {
        Calls.Add(call);
        return _failing is not null && call.StartsWith(_failing, StringComparison.Ordinal) ? Failure : 0;
    }

    [UnmanagedCallersOnly]
    private static nint Create(nint* options)
    {
        *options = Options;
        return Note("create");
    }

    [UnmanagedCallersOnly]
    private static nint Update(nint options, byte** keys, byte** values, nuint count)
    {
        string texts = "";
        for (nuint i = 0; i < count; i++) texts += $" {Marshal.PtrToStringUTF8((nint)keys[i])}={Marshal.PtrToStringUTF8((nint)values[i])}";
        return Note(options == Options ? $"update{texts}" : "update of something else");
    }

    [UnmanagedCallersOnly]
    private static nint UpdateWithValue(nint options, byte* key, void* value) => Note(options == Options ? $"update {Marshal.PtrToStringUTF8((nint)key)}={(nint)value:x}" : "update of something else");

    [UnmanagedCallersOnly]
    private static nint AppendProvider(nint session, nint options) => Note(options == Options ? $"append to {session:x}" : "append of something else");

    [UnmanagedCallersOnly]
    private static void Release(nint options) => Calls.Add(options == Options ? "release" : "release of something else");

    [UnmanagedCallersOnly]
    private static void ReleaseStatus(nint status) => Calls.Add(status == Failure ? "status released" : "release of another status");

    [UnmanagedCallersOnly]
    private static int Code(nint status) => (int)OrtErrorCode.EngineError;

    [UnmanagedCallersOnly]
    private static byte* Message(nint status) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference("no such\nthing \0"u8));
}
