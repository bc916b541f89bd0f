using Rubato.Tests.Support;
using Xunit.Abstractions;

namespace Rubato.Tests.Models;

/// <summary>
/// The ONNX project's own tests (Debian's libonnx-testdata, or the folder that RUBATO_ONNX_TESTS names) give their expected outputs through our
/// binding. Left out are only tests that ONNX Runtime cannot load, and those with anything but tensors of numbers, truth values and texts.
/// </summary>
public sealed class OnnxConformanceTests(ITestOutputHelper output)
{
    private readonly List<string> _skipped = [], _failed = [], _notes = [];
    private int _passed;

    [SkippableTheory]
    [InlineData("node", 877)]
    [InlineData("simple", 17)]
    [InlineData("pytorch-converted", 59)]
    [InlineData("pytorch-operator", 24)]
    public void AnswersAsOnnxExpects(string group, int passedMin)
    {
        string folder = Path.Combine(Environment.GetEnvironmentVariable("RUBATO_ONNX_TESTS") ?? "/usr/share/libonnx-testdata/data", group);
        Skip.IfNot(Directory.Exists(folder), "no ONNX tests: install libonnx-testdata or set RUBATO_ONNX_TESTS");
        _ = ModelRuntimes.Shared;
        foreach (string test in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)) Run(test, Path.GetFileName(test));
        int tests = _passed + _failed.Count + _notes.Count + _skipped.Count;
        output.WriteLine($"FIGURE {group}: {_passed} of {tests} passed, {_failed.Count} failed, {_notes.Count} deviate, {_skipped.Count} skipped");
        foreach (string line in _failed.Concat(_notes).Concat(_skipped)) output.WriteLine(line);
        Assert.Empty(_failed);
        Assert.InRange(_passed, passedMin, int.MaxValue);
        Assert.InRange((double)_passed / (tests - _skipped.Count), 0.95, 1);
    }

    private void Run(string folder, string test)
    {
        try
        {
            using ModelSession session = ModelSession.Load(ModelRuntimes.Shared, Path.Combine(folder, "model.onnx"));
            if (session.Inputs.Concat(session.Outputs).FirstOrDefault(info => !IsComparable(info)) is { } other)
            {
                _skipped.Add($"skipped  {test}: {other}");
                return;
            }
            foreach (string data in Directory.EnumerateDirectories(folder, "test_data_set_*")) Check(test, session, ModelExpectation.Read(data, session));
            _passed++;
        }
        catch (ModelException failure) when (failure.InnerException is OrtException refusal && OnnxTestRules.IsUnsupported(refusal))
        {
            _skipped.Add($"skipped  {test}: {refusal.Message}");
        }
        catch (ModelException failure) when (failure.InnerException is OrtException refusal && OnnxTestRules.LacksLocale(refusal))
        {
            _skipped.Add($"skipped  {test}: this system lacks the locale en_US.UTF-8 (install locales, run localedef)");
        }
        catch (Exception failure) when (failure is DataFileException or ModelRunException or Xunit.Sdk.XunitException)
        {
            if (OnnxTestRules.Deviation(test) is not { } reason)
            {
                _failed.Add($"failed   {test}: {failure.Message}");
                return;
            }
            _notes.Add($"deviates {test}: {reason}");
        }
    }

    private static void Check(string test, ModelSession session, ModelExpectation expectation)
    {
        string[] names = [.. expectation.Outputs.Keys];
        Assert.Equal(session.Outputs.Select(info => info.Name), names);
        IReadOnlyList<ModelValue> answers = session.Infer(expectation.Inputs, names);
        for (int i = 0; i < names.Length; i++)
        {
            ModelTensor expected = expectation.Outputs[names[i]];
            var actual = Assert.IsType<ModelTensor>(answers[i]);
            Assert.Equal(expected.ToString(), actual.ToString()); // type and shape, to the letter
            if (OnnxTestRules.IsRandom(test)) continue;
            Assert.Null(OnnxTestRules.IsNumberText(test) ? OnnxTestRules.NumberDifference(expected, actual)
                : OnnxTestRules.Tolerance(test).Difference(expected, actual));
        }
    }

    private static bool IsComparable(ModelValueInfo info) =>
        info.IsTensor && info.Element != ModelElementType.BFloat16 && (info.Element == ModelElementType.String || info.Element.Bytes() > 0);
}
