namespace Rubato;

/// <summary>What became of one kernel variant on this machine.</summary>
/// <param name="Name">kernel and variant, such as scan/vector</param>
/// <param name="Available">this machine runs it</param>
/// <param name="Reason">why not; null when available</param>
/// <param name="Chosen">it is what the engine takes when nothing is forced</param>
/// <param name="Passed">every result equalled the reference, to the bit</param>
/// <param name="MaxError">largest difference of a score from the reference; ∞ when a row differs</param>
/// <param name="GigaOperations">10⁹ multiplications and additions per second, one thread</param>
/// <param name="GigaBytes">10⁹ bytes of rows read per second, one thread</param>
public sealed record VariantReport(string Name, bool Available, string? Reason, bool Chosen, bool Passed, double MaxError, double GigaOperations, double GigaBytes);
