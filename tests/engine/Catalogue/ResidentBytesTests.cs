using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rubato.Tests;

public sealed unsafe class ResidentBytesTests
{
    [Theory, InlineData(1), InlineData(4096), InlineData((2 << 20) - 1), InlineData(2 << 20), InlineData((5 << 20) + 64)]
    public void HoldsTheBytesAtACacheLine(int length)
    {
        byte[] source = new byte[length];
        new Random(length).NextBytes(source);
        using var resident = new ResidentBytes(source);
        Assert.True(resident.Span.SequenceEqual(source));
        Assert.Equal(0, (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(resident.Span)) % 64);
    }

    [Fact]
    public void IsNotReadAfterItsEnd()
    {
        var resident = new ResidentBytes([1, 2, 3]);
        resident.Dispose();
        resident.Dispose();
        Assert.Throws<ObjectDisposedException>(() => resident.Span.Length);
    }
}
