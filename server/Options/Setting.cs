using System.Globalization;
using System.Net;

namespace Rubato.Server;

/// <summary>One configuration key.</summary>
/// <param name="Key">section and name, with a colon between</param>
/// <param name="Rule">what is permitted, for errors and help</param>
/// <param name="Apply">takes the value; throws <see cref="FormatException"/> when it breaks the rule</param>
internal sealed record Setting(string Key, string Rule, Action<ServerOptions, string> Apply)
{
    public static Setting Whole(string key, int min, int max, Action<ServerOptions, int> apply) => new(key, $"a whole number, {min} to {max}",
        (options, text) => apply(options, int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            && value >= min && value <= max ? value : throw new FormatException()));

    public static Setting Number(string key, double min, double max, Action<ServerOptions, double> apply) => new(key,
        string.Create(CultureInfo.InvariantCulture, $"a number, {min} to {max}"),
        (options, text) => apply(options, double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && value >= min && value <= max ? value : throw new FormatException()));

    public static Setting Text(string key, string rule, Action<ServerOptions, string> apply) =>
        new(key, rule, (options, text) => apply(options, text.Length > 0 ? text : throw new FormatException()));

    public static Setting Name(string key, IEnumerable<string> names, Action<ServerOptions, string> apply) => new(key, $"one of {string.Join(", ", names)}",
        (options, text) => apply(options, names.Contains(text) ? text : throw new FormatException()));

    public static Setting Flag(string key, Action<ServerOptions, bool> apply) =>
        new(key, "true or false", (options, text) => apply(options, bool.TryParse(text, out bool value) ? value : throw new FormatException()));

    public static Setting Address(string key, string rule, Action<ServerOptions, IPEndPoint> apply) =>
        new(key, rule, (options, text) => apply(options, ParseAddress(text)));

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
