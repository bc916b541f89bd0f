using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>A tensor in memory of its own: elements of one type, row-major.</summary>
public sealed class ModelTensor : ModelValue
{
    private readonly long[] _shape;
    private readonly string[]? _strings;

    /// <summary>A tensor of zeros.</summary>
    /// <param name="element">any type but text and the complex ones</param> <param name="shape">every dimension; [] for a single value</param>
    /// <exception cref="ArgumentException">A dimension is negative, or there are more than 2³¹ bytes.</exception>
    /// <exception cref="NotSupportedException">The element type has no fixed size.</exception>
    public ModelTensor(ModelElementType element, params ReadOnlySpan<long> shape)
    {
        if (element.Bytes() == 0) throw new NotSupportedException($"tensors of {element.Text()} are not held");
        Element = element;
        _shape = shape.ToArray();
        if (Count(shape) > Array.MaxLength / element.Bytes())
            throw new ArgumentException($"{element.Text()}[{string.Join(", ", _shape)}] has more than {Array.MaxLength} bytes", nameof(shape));
        Bytes = GC.AllocateArray<byte>((int)Count(shape) * element.Bytes(), pinned: true);
    }

    /// <summary>A tensor of texts.</summary>
    /// <param name="shape">every dimension</param> <param name="strings">as many as the shape says, row-major</param>
    /// <exception cref="ArgumentException">The number of texts differs.</exception>
    public ModelTensor(ReadOnlySpan<long> shape, string[] strings)
    {
        if (Count(shape) != strings.Length) throw new ArgumentException($"{strings.Length} texts for a shape of {Count(shape)}", nameof(strings));
        Element = ModelElementType.String;
        _shape = shape.ToArray();
        _strings = strings;
        Bytes = [];
    }

    /// <summary>Type of the elements.</summary>
    public ModelElementType Element { get; }

    /// <summary>Every dimension.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>Number of elements.</summary>
    public long Length => Count(_shape);

    /// <summary>The texts of a tensor of texts, row-major.</summary>
    /// <exception cref="InvalidOperationException">It holds numbers.</exception>
    public IReadOnlyList<string> Strings => _strings ?? throw new InvalidOperationException($"a tensor of {Element.Text()} holds no texts");

    /// <summary>The elements' bytes, little-endian, row-major; none for texts.</summary>
    public Span<byte> Data => Bytes;

    /// <summary>The elements' bytes, pinned; none for texts.</summary>
    internal byte[] Bytes { get; }

    /// <summary>A tensor with these values.</summary>
    /// <param name="values">row-major</param> <param name="shape">every dimension; their product is the number of values</param>
    /// <exception cref="ArgumentException">The number of values differs.</exception>
    public static ModelTensor Of<T>(ReadOnlySpan<T> values, params ReadOnlySpan<long> shape) where T : unmanaged
    {
        var tensor = new ModelTensor(ModelElementTypes.Of<T>(), shape);
        if (tensor.Length != values.Length) throw new ArgumentException($"{values.Length} values for a shape of {tensor.Length}", nameof(values));
        values.CopyTo(tensor.Values<T>());
        return tensor;
    }

    /// <summary>A tensor with these bytes; null where they are not as many as the shape says, which is looked at before anything is allocated.</summary>
    /// <param name="element">any type but text and the complex ones</param> <param name="shape">every dimension</param> <param name="data">little-endian, row-major</param>
    /// <exception cref="NotSupportedException">The element type has no fixed size.</exception>
    public static ModelTensor? FromBytes(ModelElementType element, ReadOnlySpan<long> shape, ReadOnlySpan<byte> data)
    {
        if (element.Bytes() == 0) throw new NotSupportedException($"tensors of {element.Text()} are not held");
        if (!TryCount(shape, out long count) || count * element.Bytes() != data.Length) return null;
        var tensor = new ModelTensor(element, shape);
        data.CopyTo(tensor.Bytes);
        return tensor;
    }

    /// <summary>The elements, row-major.</summary>
    /// <typeparam name="T">the .NET type of <see cref="Element"/>; ushort for bfloat16</typeparam>
    /// <exception cref="InvalidOperationException">The elements are of another type.</exception>
    public Span<T> Values<T>() where T : unmanaged => Element.IsHeldBy<T>() ? MemoryMarshal.Cast<byte, T>(Bytes.AsSpan())
        : throw new InvalidOperationException($"a tensor of {Element.Text()} holds no {typeof(T).Name}");

    /// <summary>Type and shape.</summary>
    public override string ToString() => $"{Element.Text()}[{string.Join(", ", _shape)}]";

    /// <summary>Elements of a shape.</summary>
    /// <exception cref="ArgumentException">A dimension is negative, or their product is beyond any memory.</exception>
    internal static long Count(ReadOnlySpan<long> shape) =>
        TryCount(shape, out long count) ? count : throw new ArgumentException("a negative dimension, or too many elements", nameof(shape));

    /// <summary>Elements of a shape; false where a dimension is negative or their product is beyond any memory.</summary>
    internal static bool TryCount(ReadOnlySpan<long> shape, out long count)
    {
        count = 1;
        foreach (long dimension in shape)
        {
            if (dimension < 0 || (count != 0 && dimension > (1L << 48) / count)) return false;
            count *= dimension;
        }
        return true;
    }
}
