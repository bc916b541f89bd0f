namespace Rubato.Server;

/// <summary>The configuration cannot be used; the message is one line that names the key and what is permitted.</summary>
internal sealed class ConfigurationException(string message) : Exception(message);
