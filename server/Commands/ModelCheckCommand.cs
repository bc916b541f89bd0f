using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;

namespace Rubato.Server.Commands;

/// <summary>rubato model check: loads a model as the server would, says what it takes and answers, and compares with expected outputs.</summary>
internal static class ModelCheckCommand
{
    private const double MillisecondsMax = 3_600_000;
    private static readonly Argument<string> File = new("file") { Description = "ONNX model" };
    private static readonly Option<string[]> Expect = new("--expect")
    {
        Description = "expected outputs: .npz whose arrays are named like inputs and outputs, or a folder of input_N.pb and output_N.pb; may be repeated",
    };
    private static readonly Option<double> RelativeTolerance = Positive("--rtol", "relative tolerance of floating-point outputs", TensorComparison.Usual.RelativeTolerance, 1);
    private static readonly Option<double> AbsoluteTolerance = Positive("--atol", "absolute tolerance of floating-point outputs", TensorComparison.Usual.AbsoluteTolerance, 1e6);
    private static readonly Option<double> Deadline = Positive("--deadline-ms", "time that one run may take", 10_000, MillisecondsMax);
    private static readonly Option<string?> Provider = CommandOptions.OneOf("--provider", "what executes it; where cuda cannot, the CPU does, and that is told",
        Enum.GetValues<ModelProvider>().Select(Text), Text(ModelProvider.Cpu));
    private static readonly Option<int> Threads = CommandOptions.Integer("--threads", "threads of one run, 0 one per core", 0, ModelRuntimeOptions.ThreadsMax, byDefault: 1);
    private static readonly Option<bool> Json = CommandOptions.Json();

    public static Command Create()
    {
        var command = new Command("check", "Load a model, say what it takes and answers, compare its answers with expected ones; exit code 1 when one differs.")
        {
            File, Expect, RelativeTolerance, AbsoluteTolerance, Deadline, Provider, Threads, Json,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult line)
    {
        TextWriter error = line.InvocationConfiguration.Error;
        using ModelRuntime runtime = ModelRuntime.Open(new ModelRuntimeOptions { Threads = line.GetValue(Threads), Log = (_, text) => CommandErrors.Write(error, text) });
        long start = Stopwatch.GetTimestamp();
        using ModelSession session = ModelSession.Load(runtime, line.GetRequiredValue(File), new ModelSessionOptions
        {
            Provider = line.GetValue(Provider) is { } provider ? Enum.Parse<ModelProvider>(provider, ignoreCase: true) : ModelProvider.Cpu,
        });
        double loadSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var comparison = new TensorComparison(line.GetValue(RelativeTolerance), line.GetValue(AbsoluteTolerance));
        var deadline = TimeSpan.FromMilliseconds(line.GetValue(Deadline));
        string[] expected = line.GetValue(Expect) ?? [];
        var errors = new double[expected.Length];
        for (int i = 0; i < expected.Length; i++) errors[i] = ModelExpectation.Read(expected[i], session).Check(session, comparison, deadline);
        TextWriter output = line.InvocationConfiguration.Output;
        if (line.GetValue(Json)) JsonLine.Write(output, json => Write(json, runtime, session, loadSeconds, expected, errors));
        else Write(output, runtime, session, loadSeconds, expected, errors);
        return CommandErrors.Done;
    }

    private static void Write(Utf8JsonWriter json, ModelRuntime runtime, ModelSession session, double loadSeconds, string[] expected, double[] errors)
    {
        json.WriteString("file", session.Path);
        json.WriteNumber("bytes", session.Bytes);
        json.WriteString("runtime", runtime.Version);
        json.WriteString("library", runtime.LibraryPath);
        json.WriteString("provider", Text(session.Provider.Used));
        json.WriteString("fallback", session.Provider.FallbackReason);
        json.WriteString("producer", session.Metadata.Producer);
        json.WriteNumber("load_seconds", Math.Round(loadSeconds, 6));
        Write(json, "inputs", session.Inputs);
        Write(json, "outputs", session.Outputs);
        json.WriteStartArray("checks");
        for (int i = 0; i < expected.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("expected", expected[i]);
            json.WriteNumber("max_error", errors[i]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<ModelValueInfo> infos)
    {
        json.WriteStartArray(name);
        foreach (ModelValueInfo info in infos)
        {
            json.WriteStartObject();
            json.WriteString("name", info.Name);
            json.WriteString("type", info.Type);
            json.WriteStartArray("shape");
            for (int i = 0; i < info.Shape.Length; i++)
            {
                if (info.Shape[i] >= 0) json.WriteNumberValue(info.Shape[i]);
                else if (info.Symbol(i).Length > 0) json.WriteStringValue(info.Symbol(i));
                else json.WriteNullValue();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Write(TextWriter output, ModelRuntime runtime, ModelSession session, double loadSeconds, string[] expected, double[] errors)
    {
        output.WriteLine($"model     {session.Path}, {session.Bytes} bytes, loaded in {loadSeconds * 1e3:0.0} ms");
        output.WriteLine($"runtime   ONNX Runtime {runtime.Version}, {runtime.LibraryPath}");
        string fallback = session.Provider.FallbackReason is { } reason ? $" instead of {Text(session.Provider.Requested)}: {reason}" : "";
        output.WriteLine($"provider  {Text(session.Provider.Used)}{fallback}");
        foreach (ModelValueInfo info in session.Inputs) output.WriteLine($"input     {info}");
        foreach (ModelValueInfo info in session.Outputs) output.WriteLine($"output    {info}");
        for (int i = 0; i < expected.Length; i++) output.WriteLine($"equal     {expected[i]}, largest error {errors[i]:g3}");
    }

    private static string Text(ModelProvider provider) => provider.ToString().ToLowerInvariant();

    private static Option<double> Positive(string name, string description, double byDefault, double max)
    {
        var option = new Option<double>(name) { Description = $"{description}, 0 to {max}", DefaultValueFactory = _ => byDefault };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: string text }] && !(double.TryParse(text, out double number) && number >= 0 && number <= max))
                result.AddError($"{name} {text} is not a number from 0 to {max}.");
        });
        return option;
    }
}
