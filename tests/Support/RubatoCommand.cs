using Rubato.Server;
using Rubato.Server.Commands;

namespace Rubato.Tests.Support;

/// <summary>Runs the rubato command line inside the test process.</summary>
internal static class RubatoCommand
{
    /// <summary>Exit code, standard output and standard error.</summary>
    public static async Task<(int Code, string Output, string Error)> Run(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int code = await CommandErrors.RunAsync(Program.Commands(), args, output, error);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>Standard output of a command that must succeed.</summary>
    public static async Task<string> Done(params string[] args)
    {
        (int code, string output, string error) = await Run(args);
        Assert.Equal((0, ""), (code, error));
        return output;
    }

    /// <summary>The one line on standard error of a command that must end with this code.</summary>
    public static async Task<string> Refused(int code, params string[] args)
    {
        (int actual, string output, string error) = await Run(args);
        Assert.Equal(code, actual);
        Assert.Equal("", output);
        string line = error.TrimEnd('\n');
        Assert.StartsWith("rubato: ", line);
        Assert.DoesNotContain('\n', line);
        return line;
    }
}
