namespace Rubato.Tests.Ledgers;

/// <summary>The ledger broke a promise.</summary>
internal sealed class CrashViolation(string promise) : Exception(promise);
