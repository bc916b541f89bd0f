namespace Rubato;

/// <summary>What became of one kernel variant on this machine.</summary>
/// <param name="Name">kernel and variant, such as scan/vector</param>
/// <param name="Available">this machine runs it</param>
/// <param name="Reason">why not, or why a device that ran it does not any more; null for the others</param>
/// <param name="Chosen">it is what the engine takes when nothing is forced</param>
/// <param name="Passed">every result equalled the reference, to the bit, and was the variant's own</param>
/// <param name="MaxError">largest difference of a score from the reference; ∞ when a row differs</param>
/// <param name="GigaOperations">10⁹ multiplications and additions per second, one thread; scans: a batch of 64 queries</param>
/// <param name="GigaBytes">10⁹ bytes of rows read per second, one thread and one query; int8 codes where the variant reads them, fp32 otherwise</param>
public sealed record VariantReport(string Name, bool Available, string? Reason, bool Chosen, bool Passed, double MaxError, double GigaOperations, double GigaBytes);
