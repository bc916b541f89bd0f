namespace Rubato;

/// <summary>What was to execute a model, what does, and why they differ.</summary>
/// <param name="Requested">from the options</param>
/// <param name="Used">what executes it; operators that CUDA lacks run on the processor all the same</param>
/// <param name="FallbackReason">null where the request was met</param>
public sealed record ModelProviderState(ModelProvider Requested, ModelProvider Used, string? FallbackReason);
