using System.CommandLine;

namespace Rubato.Server.Commands;

/// <summary>rubato model check.</summary>
internal static class ModelCommand
{
    public static Command Create() => new("model", "Look at ONNX models and try them out.") { ModelCheckCommand.Create() };
}
