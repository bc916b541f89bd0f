using System.Globalization;
using System.Net;

namespace Rubato.Server;

/// <summary>One configuration key.</summary>
/// <param name="Key">section and name, with a colon between</param>
/// <param name="Rule">what is permitted, for errors and help</param>
/// <param name="Read">the value in use, as it would be written; "none" where there is none</param>
/// <param name="Apply">takes the value; throws <see cref="FormatException"/> when it breaks the rule</param>
internal sealed record Setting(string Key, string Rule, Func<ServerOptions, string> Read, Action<ServerOptions, string> Apply)
{
    /// <summary>The value where nobody gives one.</summary>
    public string Default => Read(new ServerOptions());

    public static Setting Whole(string key, int min, int max, Func<ServerOptions, int> read, Action<ServerOptions, int> apply) =>
        new(key, $"a whole number, {min} to {max}", options => read(options).ToString(CultureInfo.InvariantCulture),
            (options, text) => apply(options, int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
                && value >= min && value <= max ? value : throw new FormatException()));

    public static Setting Number(string key, double min, double max, Func<ServerOptions, double> read, Action<ServerOptions, double> apply) =>
        new(key, string.Create(CultureInfo.InvariantCulture, $"a number, {min} to {max}"), options => read(options).ToString(CultureInfo.InvariantCulture),
            (options, text) => apply(options, double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                && value >= min && value <= max ? value : throw new FormatException()));

    public static Setting Text(string key, string rule, Func<ServerOptions, string?> read, Action<ServerOptions, string> apply) =>
        new(key, rule, options => read(options) is { Length: > 0 } text ? text : "none", (options, text) => apply(options, text.Length > 0 ? text : throw new FormatException()));

    public static Setting Name(string key, IEnumerable<string> names, Func<ServerOptions, string> read, Action<ServerOptions, string> apply) =>
        new(key, $"one of {string.Join(", ", names)}", read, (options, text) => apply(options, names.Contains(text) ? text : throw new FormatException()));

    public static Setting Flag(string key, Func<ServerOptions, bool> read, Action<ServerOptions, bool> apply) =>
        new(key, "true or false", options => read(options) ? "true" : "false",
            (options, text) => apply(options, bool.TryParse(text, out bool value) ? value : throw new FormatException()));

    /// <param name="key">section and name</param> <param name="optional">"none" stands for no address</param>
    /// <param name="read">the address in use</param> <param name="apply">takes the address</param>
    public static Setting Address(string key, bool optional, Func<ServerOptions, IPEndPoint?> read, Action<ServerOptions, IPEndPoint?> apply) =>
        new(key, $"an IP address and a port, such as 127.0.0.1:7400 or [::1]:7400{(optional ? ", or none" : "")}", options => read(options)?.ToString() ?? "none",
            (options, text) => apply(options, optional && text == "none" ? null : ParseAddress(text)));

    /// <summary>An IP address and a port, such as 127.0.0.1:7400 or [::1]:7400; "localhost" stands for 127.0.0.1.</summary>
    /// <exception cref="FormatException">text is anything else.</exception>
    public static IPEndPoint ParseAddress(string text)
    {
        if (text.StartsWith("localhost:", StringComparison.Ordinal)) text = string.Concat("127.0.0.1", text.AsSpan("localhost".Length));
        int colon = text.LastIndexOf(':');
        return colon > 0 && text.AsSpan(0, colon).IndexOfAny("0123456789.:[]abcdefABCDEF%") >= 0 && IPEndPoint.TryParse(text, out IPEndPoint? address)
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port == address.Port
            ? address : throw new FormatException();
    }
}
