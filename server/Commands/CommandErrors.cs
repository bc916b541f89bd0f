using System.CommandLine;
using System.CommandLine.Invocation;
using Rubato.Client;
using Rubato.Kernels.Cuda;

namespace Rubato.Server.Commands;

/// <summary>Turns what a command throws into one line on standard error and an exit code; no input ends in a stack trace.</summary>
internal static class CommandErrors
{
    public const int Done = 0, Failed = 1, WrongUsage = 2;

    /// <summary>Parses and runs a command line.</summary>
    /// <param name="root">all commands</param> <param name="args">without the program's name</param>
    /// <param name="output">standard output</param> <param name="error">standard error</param>
    /// <returns>0 done, 1 the work failed, 2 wrong usage</returns>
    public static async Task<int> RunAsync(RootCommand root, string[] args, TextWriter output, TextWriter error)
    {
        ParseResult line = root.Parse(args);
        if (line.Action is ParseErrorAction)
        {
            Write(error, $"{string.Join(" ", line.Errors.Select(problem => problem.Message))} ({CommandName(line)} --help lists the options)");
            return WrongUsage;
        }
        try
        {
            // What does not look at a token is ended by the system, at once.
            using TerminationSignals? signals = line.Action is AsynchronousCommandLineAction ? new TerminationSignals() : null;
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = error };
            return await line.InvokeAsync(configuration, signals?.Token ?? CancellationToken.None).ConfigureAwait(false);
        }
        catch (UsageException problem)
        {
            Write(error, problem.Message);
            return WrongUsage;
        }
        catch (OperationCanceledException)
        {
            Write(error, "cancelled");
            return Failed;
        }
        catch (Exception problem) when (IsExpected(problem))
        {
            Write(error, problem.Message);
            return Failed;
        }
    }

    /// <summary>One line on standard error, whatever the message contains.</summary>
    public static void Write(TextWriter error, string message) => error.WriteLine($"rubato: {message.ReplaceLineEndings(" ")}");

    // Bad input, a full disk, a missing right, too little memory. Anything else is a defect and may end with its stack trace.
    private static bool IsExpected(Exception problem) => problem
        is DataFileException or ConfigurationException or RubatoException or ModelRuntimeException or ModelRunException or InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException or OutOfMemoryException or DeviceException;

    private static string CommandName(ParseResult line)
    {
        var names = new Stack<string>();
        for (Symbol? symbol = line.CommandResult.Command; symbol is Command and not RootCommand; symbol = symbol.Parents.FirstOrDefault())
            names.Push(symbol.Name);
        names.Push("rubato");
        return string.Join(' ', names);
    }
}
