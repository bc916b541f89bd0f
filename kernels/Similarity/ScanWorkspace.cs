using System.Runtime.InteropServices;
using Rubato.Kernels.Selection;

namespace Rubato.Kernels.Similarity;

/// <summary>Scratch memory of one scanning thread; grows to the largest request it has seen, so that a steady state allocates nothing.</summary>
/// <remarks>Not thread-safe: every worker holds its own.</remarks>
public sealed class ScanWorkspace
{
    private readonly List<SurvivorBuffer> _buffers = [];
    private ulong[] _keys = [], _best = [];
    private float[] _packed = [], _scores = [];
    private int[] _rows = [];
    private bool[] _marks = [];
    private ScanWorkspace? _second;

    /// <summary>Row numbers and scores of one chunk on its way through the score kernel.</summary>
    internal const int ChunkRows = 256;

    internal int[] ChunkRowNumbers { get; } = new int[ChunkRows];

    internal float[] ChunkScores { get; } = new float[ChunkRows];

    /// <summary>Scratch keys; the next call takes them back.</summary>
    internal Span<ulong> Keys(int count) => Sized(ref _keys, count);

    /// <summary>Keys of a result in the making; the next call takes them back.</summary>
    internal Span<ulong> Best(int count) => Sized(ref _best, count);

    /// <summary>Queries in the layout of a variant; the next call takes them back.</summary>
    internal Span<float> Packed(int count) => Sized(ref _packed, count);

    /// <summary>Rows and scores of a result on its way into survivor buffers; the next call takes them back.</summary>
    internal Span<int> Rows(int count) => Sized(ref _rows, count);

    internal Span<float> Scores(int count) => Sized(ref _scores, count);

    /// <summary>A mark for every query, not set; the next call takes them back.</summary>
    internal Span<bool> Marks(int count)
    {
        Span<bool> marks = Sized(ref _marks, count);
        marks.Clear();
        return marks;
    }

    /// <summary>For a scan within a scan, whose survivors are still wanted.</summary>
    internal ScanWorkspace Second => _second ??= new ScanWorkspace();

    /// <summary>The survivor buffers of a block of queries.</summary>
    internal ReadOnlySpan<SurvivorBuffer> Buffers(int count)
    {
        while (_buffers.Count < count)
            _buffers.Add(new SurvivorBuffer());
        return CollectionsMarshal.AsSpan(_buffers)[..count];
    }

    /// <summary>Memory of the scans that run panel code.</summary>
    internal PanelWorkspace Panel { get; } = new();

    internal static Span<T> Sized<T>(ref T[] array, int count)
    {
        if (array.Length < count)
            array = new T[Math.Max(count, 2 * array.Length)];
        return array.AsSpan(0, count);
    }
}
