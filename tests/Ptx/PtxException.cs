namespace Rubato.Tests.Ptx;

/// <summary>PTX that cannot be read, or that did something it must not do.</summary>
internal sealed class PtxException(string message) : Exception(message);
