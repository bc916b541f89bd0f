using ILGPU;

namespace Rubato.KernelCompiler.Allocation;

/// <summary>
/// Columns of one thread's listener that may be chosen, and their reduced values, in shared memory, each thread's beside its neighbour's.
/// Where there is no room for one, it and all columns after it are read again whenever they are wanted.
/// </summary>
internal struct Survivors
{
    /// <summary>24 KB for a block of 128 threads, with a place to write what is not wanted; up to three slots seldom have half as many.</summary>
    public const int Capacity = 15;

    /// <summary>Survivors in shared memory.</summary>
    public int Count;

    /// <summary>The column from which on columns are read again.</summary>
    public int End;

    private readonly ArrayView<double> _values;
    private readonly ArrayView<int> _columns;

    public Survivors(ArrayView<double> values, ArrayView<int> columns, int end)
    {
        (_values, _columns) = (values, columns);
        (Count, End) = (0, end);
    }

    /// <summary>Adds a column if it is wanted, the ones before it having been added or left out. Without branches: what is not wanted is written, too, and then over.</summary>
    public void Add(double r, int column, bool wanted)
    {
        Place(Count, r, column);
        bool survives = wanted & column < End, full = Count == Capacity;
        End = survives & full ? column : End;
        Count += survives & !full ? 1 : 0;
    }

    /// <summary>Leaves out what does not lie above a bound.</summary>
    public void Narrow(double bound)
    {
        int left = 0;
        for (int i = 0; i < Count; i++)
        {
            double r = Value(i);
            if (r > bound) Place(left++, r, Column(i));
        }
        Count = left;
    }

    public readonly double Value(int i) => _values[At(i)];

    public readonly int Column(int i) => _columns[At(i)];

    private readonly void Place(int i, double r, int column) => (_values[At(i)], _columns[At(i)]) = (r, column);

    private static int At(int i) => i * Oracle.BlockThreads + Group.IdxX;
}
