namespace Rubato.Server;

/// <summary>A caller's tensor cannot be taken; the message is one line that names it.</summary>
internal sealed class BadTensorException(string message) : Exception(message);
