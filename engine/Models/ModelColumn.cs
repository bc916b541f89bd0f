using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>One input or output of a batch: rows of one shape in pinned memory, at a 64-byte boundary.</summary>
internal sealed class ModelColumn
{
    private const int Alignment = 64;
    private readonly byte[] _memory;
    private readonly int _start;
    private readonly int _rowBytes;
    private readonly int _capacityRows;
    private readonly long[] _shape;

    /// <param name="info">the input or output</param>
    /// <param name="name">its name as the C API wants it, alive as long as the column</param>
    /// <param name="shape">every dimension; the first is overwritten where rows are stacked along it</param>
    /// <param name="rowShape">the dimensions of one row</param>
    /// <param name="kind">how rows lie in the tensor</param>
    /// <param name="rowsMax">rows of memory</param>
    public ModelColumn(ModelValueInfo info, nint name, long[] shape, ReadOnlySpan<long> rowShape, ModelColumnKind kind, int rowsMax)
    {
        (Info, Name, _shape, Kind) = (info, name, shape, kind);
        _capacityRows = kind == ModelColumnKind.Shared ? 1 : rowsMax;
        RowElements = checked((int)ModelTensor.Count(rowShape));
        _rowBytes = checked(RowElements * info.Element.Bytes());
        _memory = GC.AllocateArray<byte>(checked(_rowBytes * _capacityRows + Alignment), pinned: true);
        // SAFETY: the array is pinned, so its address stays; aligning uses fewer than the 64 spare bytes.
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0);
        _start = (int)(((address + Alignment - 1) & -Alignment) - address);
    }

    public ModelValueInfo Info { get; }

    public nint Name { get; }

    public ModelColumnKind Kind { get; }

    public int RowElements { get; }

    public nint Address(int row) => Marshal.UnsafeAddrOfPinnedArrayElement(_memory, _start + (Kind == ModelColumnKind.Shared ? 0 : row * _rowBytes));

    public int BytesOf(int rows) => _rowBytes * (Kind == ModelColumnKind.Shared ? 1 : rows);

    /// <summary>The tensor's shape at a number of rows; valid until the next call.</summary>
    public ReadOnlySpan<long> ShapeOf(int rows)
    {
        if (Kind == ModelColumnKind.Stacked) _shape[0] = rows;
        return _shape;
    }

    /// <summary>The bytes of some rows; of a shared column all of them.</summary>
    public Span<byte> Bytes(int row, int rows) => Kind == ModelColumnKind.Shared ? _memory.AsSpan(_start, _rowBytes)
        : row >= 0 && rows >= 0 && row <= _capacityRows - rows ? _memory.AsSpan(_start + row * _rowBytes, rows * _rowBytes)
        : throw new ArgumentOutOfRangeException(nameof(rows), rows, $"rows from {row} on: the batch holds {_capacityRows}");

    /// <summary>Whether a tensor of this shape is so many of its rows, and the model leaves their number open.</summary>
    public bool TakesRows(ReadOnlySpan<long> shape, long rows) =>
        Kind == ModelColumnKind.Stacked && Info.Shape is [< 0, ..] && shape.Length == _shape.Length && shape[0] == rows && shape[1..].SequenceEqual(_shape.AsSpan(1));

    /// <summary>The elements of the first rows.</summary>
    public Span<T> Values<T>(int rows) where T : unmanaged
    {
        if (!Info.Element.IsHeldBy<T>()) throw new InvalidOperationException($"'{Info.Name}' has elements of {Info.Element.Text()}, not {typeof(T).Name}");
        return MemoryMarshal.Cast<byte, T>(_memory.AsSpan(_start, BytesOf(Math.Min(rows, _capacityRows))));
    }
}
