using System.CommandLine;

namespace Rubato.Server.Commands;

/// <summary>Options that several commands share, and numbers that know their range.</summary>
internal static class CommandOptions
{
    /// <summary>--json.</summary>
    public static Option<bool> Json() => new("--json") { Description = "print one JSON object as the last line of standard output" };

    /// <summary>A path that must be given.</summary>
    public static Option<string> Path(string name, string description) => NotEmpty(new Option<string>(name) { Description = description, Required = true });

    /// <summary>A path that may be left out.</summary>
    public static Option<string?> OptionalPath(string name, string description) => NotEmpty(new Option<string?>(name) { Description = description });

    /// <summary>An integer within a range; required where there is no default.</summary>
    public static Option<int> Integer(string name, string description, int min, int max, int? byDefault = null)
    {
        var option = new Option<int>(name) { Description = $"{description}, {min} to {max}", Required = byDefault is null };
        if (byDefault is { } value) option.DefaultValueFactory = _ => value;
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: string text }] && (!int.TryParse(text, out int number) || number < min || number > max))
                result.AddError($"{name} {text} is not an integer from {min} to {max}.");
        });
        return option;
    }

    /// <summary>One of several words.</summary>
    public static Option<string?> OneOf(string name, string description, IEnumerable<string> choices, string byDefault)
    {
        string[] allowed = [.. choices];
        Option<string?> option = OptionalPath(name, $"{description}: {string.Join(", ", allowed)}; default {byDefault}");
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: string value }] && !allowed.Contains(value))
                result.AddError($"{name} {value} is not one of {string.Join(", ", allowed)}.");
        });
        return option;
    }

    private static Option<T> NotEmpty<T>(Option<T> option)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "" }]) result.AddError($"{option.Name} is empty.");
        });
        return option;
    }
}
