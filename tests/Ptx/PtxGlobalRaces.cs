namespace Rubato.Tests.Ptx;

/// <summary>
/// Who touched which word of an allocation in the present launch. Blocks of a launch run in no order, so a word that one block writes may be
/// read or written by no other; atomics of several blocks do not race with each other.
/// </summary>
internal sealed class PtxGlobalRaces(long bytes)
{
    private const int Nobody = -1, Many = -2, WordBytes = 4;

    private readonly int[] _launches = new int[bytes / WordBytes + 1], _writer = new int[bytes / WordBytes + 1], _reader = new int[bytes / WordBytes + 1],
        _changer = new int[bytes / WordBytes + 1];

    public void Read(int at, int bytes, int launch, int block)
    {
        for (int word = Enter(at, launch); word <= (at + bytes - 1) / WordBytes; Enter(++word * WordBytes, launch))
        {
            if (Other(_changer[word], block) || Other(_writer[word], block)) throw Race(word, block, "reads");
            _reader[word] = Other(_reader[word], block) ? Many : block;
        }
    }

    public void Write(int at, int bytes, int launch, int block)
    {
        for (int word = Enter(at, launch); word <= (at + bytes - 1) / WordBytes; Enter(++word * WordBytes, launch))
        {
            if (Other(_changer[word], block) || Other(_writer[word], block) || Other(_reader[word], block)) throw Race(word, block, "writes");
            _writer[word] = block;
        }
    }

    public void Change(int at, int bytes, int launch, int block)
    {
        for (int word = Enter(at, launch); word <= (at + bytes - 1) / WordBytes; Enter(++word * WordBytes, launch))
        {
            if (Other(_writer[word], block) || Other(_reader[word], block)) throw Race(word, block, "changes atomically");
            _changer[word] = Other(_changer[word], block) ? Many : block;
        }
    }

    private int Enter(int at, int launch)
    {
        int word = at / WordBytes;
        if (word < _launches.Length && _launches[word] != launch) (_launches[word], _writer[word], _reader[word], _changer[word]) = (launch, Nobody, Nobody, Nobody);
        return word;
    }

    private static bool Other(int who, int block) => who == Many || (who != Nobody && who != block);

    private static PtxException Race(int word, int block, string what) =>
        new($"race: block {block} {what} byte {word * WordBytes} of an allocation of global memory that another block uses in the same launch");
}
