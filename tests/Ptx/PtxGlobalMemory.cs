using System.Buffers.Binary;

namespace Rubato.Tests.Ptx;

/// <summary>Device memory: separate allocations with gaps between them; every access is checked for bounds, alignment, initialised bytes and races between blocks.</summary>
internal sealed class PtxGlobalMemory
{
    private const long FirstAddress = 0x7F00_0000_0000, Alignment = 256, Gap = 4096;

    private readonly List<Allocation> _allocations = [];
    private Allocation? _last;
    private long _next = FirstAddress;
    private int _launch;

    /// <summary>An allocation whose bytes are not initialised.</summary>
    public long Allocate(long bytes)
    {
        var allocation = new Allocation(_next, new byte[bytes], new bool[bytes], new PtxGlobalRaces(bytes));
        _allocations.Add(allocation);
        _next += (bytes + Gap + Alignment - 1) / Alignment * Alignment;
        return allocation.Address;
    }

    /// <summary>Memory of another device at its own address, all of it initialised.</summary>
    public void Place(long address, ReadOnlySpan<byte> content)
    {
        bool[] initialised = new bool[content.Length];
        Array.Fill(initialised, true);
        _allocations.Add(new Allocation(address, content.ToArray(), initialised, new PtxGlobalRaces(content.Length)));
    }

    public void Free(long address)
    {
        if (_allocations.RemoveAll(allocation => allocation.Address == address) != 1) throw new PtxException($"{address:x} is no allocation");
        _last = null;
    }

    /// <summary>A launch begins: what earlier ones did is done.</summary>
    public void Begin() => _launch++;

    /// <summary>Host to device.</summary>
    public void Write(long address, ReadOnlySpan<byte> source)
    {
        if (source.Length == 0) return;
        (Allocation found, int at) = Find(address, source.Length, 1);
        source.CopyTo(found.Data.AsSpan(at));
        found.Initialised.AsSpan(at, source.Length).Fill(true);
    }

    /// <summary>Device to host.</summary>
    public void Read(long address, Span<byte> target)
    {
        if (target.Length == 0) return;
        (Allocation found, int at) = Find(address, target.Length, 1);
        Checked(found, at, target.Length);
        found.Data.AsSpan(at, target.Length).CopyTo(target);
    }

    /// <summary>1, 2, 4 or 8 bytes; alignment is that of the whole access, which may be a vector.</summary>
    public ulong Load(long address, int bytes, int alignment, int block)
    {
        (Allocation found, int at) = Find(address, bytes, alignment);
        found.Races.Read(at, bytes, _launch, block);
        return Value(found, at, bytes);
    }

    /// <summary>An atomic change; what was there before.</summary>
    public ulong Change(long address, int bytes, int block, Func<ulong, ulong> change)
    {
        (Allocation found, int at) = Find(address, bytes, bytes);
        found.Races.Change(at, bytes, _launch, block);
        ulong before = Value(found, at, bytes);
        Put(found, at, change(before), bytes);
        return before;
    }

    private static ulong Value(Allocation found, int at, int bytes)
    {
        Checked(found, at, bytes);
        ReadOnlySpan<byte> data = found.Data.AsSpan(at, bytes);
        return bytes switch
        {
            1 => data[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(data),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(data),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(data),
        };
    }

    public void Store(long address, ulong value, int bytes, int alignment, int block)
    {
        (Allocation found, int at) = Find(address, bytes, alignment);
        found.Races.Write(at, bytes, _launch, block);
        Put(found, at, value, bytes);
    }

    private static void Put(Allocation found, int at, ulong value, int bytes)
    {
        for (int i = 0; i < bytes; i++)
        {
            found.Data[at + i] = (byte)(value >> (8 * i));
            found.Initialised[at + i] = true;
        }
    }

    /// <summary>Bytes that lie wholly in one allocation and are initialised, for asynchronous copies.</summary>
    public byte[] Bytes(long address, int bytes, int block)
    {
        (Allocation found, int at) = Find(address, bytes, bytes);
        found.Races.Read(at, bytes, _launch, block);
        Checked(found, at, bytes);
        return found.Data[at..(at + bytes)];
    }

    private (Allocation Found, int At) Find(long address, int bytes, int alignment)
    {
        if (address % alignment != 0) throw new PtxException($"address {address:x} of global memory is not a multiple of {alignment}");
        if (_last is null || !_last.Holds(address, bytes))
            _last = _allocations.Find(allocation => allocation.Holds(address, bytes))
                ?? throw new PtxException($"{bytes} bytes at {address:x} lie in no allocation of global memory{Near(address)}");
        return (_last, (int)(address - _last.Address));
    }

    private string Near(long address)
    {
        Allocation? before = _allocations.FindLast(allocation => allocation.Address <= address);
        return before is null ? "" : $" (byte {address - before.Address} of one of {before.Data.Length})";
    }

    private static void Checked(Allocation allocation, int at, int bytes)
    {
        int bad = allocation.Initialised.AsSpan(at, bytes).IndexOf(false);
        if (bad >= 0) throw new PtxException($"byte {at + bad} of an allocation of {allocation.Data.Length} in global memory is read before it is written");
    }

    private sealed record Allocation(long Address, byte[] Data, bool[] Initialised, PtxGlobalRaces Races)
    {
        public bool Holds(long address, int bytes) => address >= Address && address + bytes <= Address + Data.Length;
    }
}
