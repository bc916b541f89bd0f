using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rubato.Wire;

/// <summary>A named tensor in a payload.</summary>
public sealed class WireTensor
{
    /// <summary>Most dimensions.</summary>
    public const int RankMax = 7;

    /// <summary>Longest name in bytes of UTF-8.</summary>
    public const int NameBytesMax = 256;

    /// <summary>Most tensors in a payload.</summary>
    public const int CountMax = 64;

    private const byte TextElement = 8;

    /// <summary>The model's name for it, at most <see cref="NameBytesMax"/> bytes.</summary>
    public required string Name { get; init; }

    /// <summary>Type of the elements, by ONNX's number: 1 f32, 2 u8, 3 i8, 4 u16, 5 i16, 6 i32, 7 i64, 8 text, 9 bool, 10 f16, 11 f64, 12 u32, 13 u64, 16 bf16.</summary>
    public required byte Element { get; init; }

    /// <summary>Every dimension, at most <see cref="RankMax"/>; none for a single value.</summary>
    public required IReadOnlyList<long> Shape { get; init; }

    /// <summary>The elements, little-endian, row-major; texts as <see cref="WireTexts"/> has them.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>A tensor of texts.</summary>
    /// <param name="name">the model's name for it</param> <param name="texts">row-major, as many as the shape says</param> <param name="shape">every dimension</param>
    /// <exception cref="ArgumentException">A text holds half of a surrogate pair.</exception>
    public static WireTensor OfTexts(string name, IReadOnlyList<string> texts, params long[] shape) =>
        new() { Name = name, Element = TextElement, Shape = shape, Data = WireTexts.Write(texts) };

    /// <summary>Reads the texts of a tensor of texts.</summary>
    /// <param name="texts">row-major; empty where it fails</param>
    /// <returns>null, or what is wrong with them</returns>
    public string? ReadTexts(out string[] texts)
    {
        texts = [];
        if (Element != TextElement) return $"elements of type {Element} (expected texts, {TextElement})";
        long count = 1;
        foreach (long dimension in Shape)
        {
            if (dimension < 0 || (count != 0 && dimension > int.MaxValue / count)) return $"a shape of [{string.Join(", ", Shape)}]";
            count *= dimension;
        }
        return WireTexts.Read(Data.Span, count, out texts);
    }

    [InlineArray(RankMax)]
    internal struct Dimensions
    {
        private long _first;
    }

    /// <summary>What stands in the payload before names and data.</summary>
    [StructLayout(LayoutKind.Explicit, Size = FrameHeader.Bytes)]
    internal struct Head
    {
        [FieldOffset(0)] public ushort NameBytes;
        [FieldOffset(2)] public byte Element;
        [FieldOffset(3)] public byte Rank;
        [FieldOffset(4)] public uint DataBytes;
        [FieldOffset(8)] public Dimensions Shape;
    }
}
