using System.Globalization;

namespace Rubato.Tests.Models;

/// <summary>What ONNX's tests cannot expect of ONNX Runtime to the last digit, with the reason.</summary>
internal static class OnnxTestRules
{
    /// <summary>Outputs are drawn at random: type and shape can be compared.</summary>
    public static bool IsRandom(string test) =>
        test.StartsWith("test_bernoulli", StringComparison.Ordinal) || test.StartsWith("test_training_dropout", StringComparison.Ordinal) && !test.Contains("zero_ratio");

    /// <summary>Wider where the operator is a transform whose sums cancel to zero, and no relative tolerance applies there; ONNX Runtime's own runner widens them too.</summary>
    public static TensorComparison Tolerance(string test) =>
        test.StartsWith("test_dft", StringComparison.Ordinal) || test.StartsWith("test_stft", StringComparison.Ordinal)
            ? TensorComparison.Usual with { AbsoluteTolerance = 1e-3 } : TensorComparison.Usual;

    /// <summary>Numbers as text: the standard does not say with how many digits, so they are compared as the numbers they are.</summary>
    public static bool IsNumberText(string test) => test.Contains("FLOAT_to_STRING");

    /// <summary>Why ONNX Runtime answers otherwise than the test data; null for all other tests.</summary>
    public static string? Deviation(string test) => test switch
    {
        "test_maxunpool_export_with_output_shape" => "the test data of ONNX 1.12 places the maxima wrongly; corrected in later versions",
        "test_resize_downsample_scales_cubic_align_corners" or "test_resize_downsample_scales_linear_align_corners"
            => "ONNX Runtime takes the rounded output length for aligned corners, the test data the unrounded one",
        _ => null,
    };

    /// <summary>What the library says of an operator, an operator set, an attribute or a type that it does not implement.</summary>
    public static bool IsUnsupported(OrtException refusal) => refusal.Code == OrtErrorCode.NotImplemented
        || refusal.Message.Contains("is not a registered function/op") || refusal.Message.Contains("Batchwise recurrent operations");

    /// <summary>What it says where the system has no English locale, which its text operators want.</summary>
    public static bool LacksLocale(OrtException refusal) => refusal.Message.Contains("locale", StringComparison.OrdinalIgnoreCase);

    /// <summary>The first two texts that are not the same single-precision number.</summary>
    public static string? NumberDifference(ModelTensor expected, ModelTensor actual)
    {
        for (int i = 0; i < expected.Strings.Count; i++)
        {
            if (!Single(expected.Strings[i]).Equals(Single(actual.Strings[i]))) return $"element {i} is {actual.Strings[i]} (expected {expected.Strings[i]})";
        }
        return null;
    }

    private static float Single(string text) => text switch
    {
        "INF" or "+INF" => float.PositiveInfinity,
        "-INF" => float.NegativeInfinity,
        _ => float.Parse(text, CultureInfo.InvariantCulture),
    };
}
