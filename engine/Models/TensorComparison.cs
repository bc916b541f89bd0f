namespace Rubato;

/// <summary>Compares what a model answered with what it was expected to answer.</summary>
/// <param name="RelativeTolerance">of the expected value; 1e-3 is what ONNX's own tests allow</param>
/// <param name="AbsoluteTolerance">added to it; 1e-7 is what ONNX's own tests allow</param>
public readonly record struct TensorComparison(double RelativeTolerance, double AbsoluteTolerance)
{
    /// <summary>The tolerances of ONNX's own tests.</summary>
    public static TensorComparison Usual => new(1e-3, 1e-7);

    /// <summary>The first difference in words; null where there is none.</summary>
    /// <remarks>Floating-point values may differ by absolute + relative · |expected|; NaN equals NaN; everything else must be equal.
    /// Dimensions of 1 do not count, nor does the width of a floating-point type: test data is often squeezed or widened.</remarks>
    /// <param name="expected">what was expected</param> <param name="actual">what was answered</param>
    public string? Difference(ModelTensor expected, ModelTensor actual)
    {
        if (!Squeezed(expected.Shape).SequenceEqual(Squeezed(actual.Shape))) return $"{actual} (expected {expected})";
        if (expected.Element == ModelElementType.String || actual.Element == ModelElementType.String) return Texts(expected, actual);
        if (IsFloat(expected.Element) != IsFloat(actual.Element)) return $"{actual} (expected {expected})";
        long length = expected.Length;
        if (!IsFloat(expected.Element)) return Integers(expected, actual, length);
        for (long i = 0; i < length; i++)
        {
            double want = Float(expected, (int)i), got = Float(actual, (int)i);
            if (want.Equals(got) || Math.Abs(want - got) <= AbsoluteTolerance + RelativeTolerance * Math.Abs(want)) continue;
            return $"element {i} is {got:g9} (expected {want:g9})";
        }
        return null;
    }

    /// <summary>Largest distance between finite values; 0 for anything but numbers of equal count.</summary>
    public static double MaxError(ModelTensor expected, ModelTensor actual)
    {
        if (!IsFloat(expected.Element) || !IsFloat(actual.Element) || expected.Length != actual.Length) return 0;
        double worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(Float(expected, i) - Float(actual, i));
            if (double.IsFinite(error)) worst = Math.Max(worst, error);
        }
        return worst;
    }

    private static string? Texts(ModelTensor expected, ModelTensor actual)
    {
        if (expected.Element != actual.Element) return $"{actual} (expected {expected})";
        for (int i = 0; i < expected.Strings.Count; i++)
            if (expected.Strings[i] != actual.Strings[i]) return $"element {i} is '{actual.Strings[i]}' (expected '{expected.Strings[i]}')";
        return null;
    }

    private static string? Integers(ModelTensor expected, ModelTensor actual, long length)
    {
        if (expected.Element != actual.Element) return $"{actual} (expected {expected})";
        int at = expected.Bytes.AsSpan().CommonPrefixLength(actual.Bytes);
        return at == expected.Bytes.Length ? null : $"element {at / (expected.Bytes.Length / length)} differs";
    }

    private static bool IsFloat(ModelElementType type) =>
        type is ModelElementType.Float16 or ModelElementType.Float32 or ModelElementType.Float64 or ModelElementType.BFloat16;

    private static double Float(ModelTensor tensor, int index) => tensor.Element switch
    {
        ModelElementType.Float32 => tensor.Values<float>()[index],
        ModelElementType.Float64 => tensor.Values<double>()[index],
        ModelElementType.Float16 => (double)tensor.Values<Half>()[index],
        _ => BitConverter.Int32BitsToSingle(tensor.Values<ushort>()[index] << 16),
    };

    private static List<long> Squeezed(ReadOnlySpan<long> shape)
    {
        var dimensions = new List<long>();
        foreach (long dimension in shape)
            if (dimension != 1) dimensions.Add(dimension);
        return dimensions;
    }
}
