namespace Rubato.Tests.Ptx;

/// <summary>
/// Shared memory of one block. Between two barriers a byte may be read by many threads or written by one, which alone may read it then, or
/// be changed by atomics only; anything else is a race. Bytes of an asynchronous copy belong to nobody until the copy is waited for.
/// </summary>
internal sealed class PtxSharedMemory(int bytes)
{
    private const int Nobody = -1, Many = -2;

    private readonly byte[] _data = new byte[bytes];
    private readonly bool[] _initialised = new bool[bytes], _inFlight = new bool[bytes], _atomic = new bool[bytes];
    private readonly int[] _epochs = new int[bytes], _writer = new int[bytes], _reader = new int[bytes];
    private int _epoch = 1;

    /// <summary>All threads of the block have met: what was written is there for all.</summary>
    public void Barrier() => _epoch++;

    public ulong Load(long address, int count, int alignment, int thread)
    {
        int at = Check(address, count, alignment);
        ulong value = 0;
        for (int i = 0; i < count; i++)
        {
            Read(at + i, thread);
            value |= (ulong)_data[at + i] << (8 * i);
        }
        return value;
    }

    public void Store(long address, ulong value, int count, int alignment, int thread)
    {
        int at = Check(address, count, alignment);
        for (int i = 0; i < count; i++) Write(at + i, (byte)(value >> (8 * i)), thread);
    }

    /// <summary>An atomic change; atomics of several threads do not race with each other.</summary>
    public ulong Change(long address, int count, int thread, Func<ulong, ulong> change)
    {
        int at = Check(address, count, count);
        ulong value = 0;
        for (int i = 0; i < count; i++)
        {
            int b = at + i;
            Enter(b);
            if (_inFlight[b]) throw new PtxException($"shared byte {b} is changed while an asynchronous copy writes it");
            if (!_initialised[b]) throw new PtxException($"shared byte {b} is changed before it is written");
            if (Other(_writer[b], thread) || Other(_reader[b], thread))
                throw new PtxException($"race: thread {thread} changes shared byte {b} atomically, {Names(b)} between the same barriers");
            value |= (ulong)_data[b] << (8 * i);
        }
        ulong changed = change(value);
        for (int i = 0; i < count; i++)
        {
            _data[at + i] = (byte)(changed >> (8 * i));
            _atomic[at + i] = true;
        }
        return value;
    }

    /// <summary>An asynchronous copy begins.</summary>
    public int Begin(long address, int count)
    {
        int at = Check(address, count, count);
        for (int b = at; b < at + count; b++)
        {
            Enter(b);
            if (_inFlight[b] || _writer[b] != Nobody || _reader[b] != Nobody || _atomic[b])
                throw new PtxException($"race: an asynchronous copy into shared byte {b}, {Names(b)} between the same barriers");
            _inFlight[b] = true;
        }
        return at;
    }

    /// <summary>A copy has been waited for by the thread that began it.</summary>
    public void Complete(int at, byte[] data, int thread)
    {
        for (int i = 0; i < data.Length; i++)
        {
            _inFlight[at + i] = false;
            Write(at + i, data[i], thread);
        }
    }

    private int Check(long address, int count, int alignment)
    {
        if (address < 0 || address + count > _data.Length) throw new PtxException($"{count} bytes at {address} lie outside the {_data.Length} bytes of shared memory");
        if (address % alignment != 0) throw new PtxException($"shared address {address} is not a multiple of {alignment}");
        return (int)address;
    }

    private void Read(int b, int thread)
    {
        Enter(b);
        if (_inFlight[b]) throw new PtxException($"shared byte {b} is read while an asynchronous copy writes it");
        if (!_initialised[b]) throw new PtxException($"shared byte {b} is read before it is written");
        if (_atomic[b] || Other(_writer[b], thread)) throw new PtxException($"race: thread {thread} reads shared byte {b}, {Names(b)} between the same barriers");
        _reader[b] = _reader[b] == Nobody || _reader[b] == thread ? thread : Many;
    }

    private void Write(int b, byte value, int thread)
    {
        Enter(b);
        if (_inFlight[b]) throw new PtxException($"shared byte {b} is written while an asynchronous copy writes it");
        if (_atomic[b] || Other(_writer[b], thread) || Other(_reader[b], thread))
            throw new PtxException($"race: thread {thread} writes shared byte {b}, {Names(b)} between the same barriers");
        _data[b] = value;
        _initialised[b] = true;
        _writer[b] = thread;
    }

    private void Enter(int b)
    {
        if (_epochs[b] == _epoch) return;
        (_epochs[b], _writer[b], _reader[b], _atomic[b]) = (_epoch, Nobody, Nobody, false);
    }

    private static bool Other(int who, int thread) => who == Many || (who != Nobody && who != thread);

    private string Names(int b) => _inFlight[b] ? "a copy is in flight"
        : _atomic[b] ? "changed atomically"
        : _writer[b] != Nobody ? $"written by thread {_writer[b]}"
        : _reader[b] == Many ? "read by several threads" : $"read by thread {_reader[b]}";
}
